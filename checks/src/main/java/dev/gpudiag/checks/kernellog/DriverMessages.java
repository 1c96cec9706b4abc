package dev.gpudiag.checks.kernellog;

import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.kernellog.KernelEvent.Kind;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Messages of the driver that carry no number: a GPU off the bus, an initialization that failed, versions that differ.
 *
 * <p>Some span up to three records of the kernel log, which must follow each other. Not thread-safe.
 */
final class DriverMessages {

    private static final String PREFIX = "NVRM: ";
    private static final Pattern OFF_THE_BUS = Pattern.compile("GPU ([0-9a-fA-F:.]{7,20}): GPU has fallen off the bus");
    private static final Pattern PROBED_GPU = Pattern.compile("The NVIDIA GPU ([0-9a-fA-F:.]{7,20})");
    private static final Pattern GPU_SAYS = Pattern.compile("GPU ([0-9a-fA-F:.]{7,20}): (RmInitAdapter failed!.*)");
    private static final Pattern AER = Pattern.compile(
            "([0-9a-fA-F]{4}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7]): (PCIe Bus Error: severity=[A-Za-z() -]{1,40})");

    /** A message without a number, its severity and what to do. */
    private record Rule(String words, Status severity, String action) {}

    private static final List<Rule> RULES = List.of(
            new Rule(
                    "RmInitAdapter failed!",
                    Status.CRITICAL,
                    "the driver could not start this GPU: reboot; if it stays, reseat it or contact the vendor"),
            new Rule(
                    "The NVIDIA probe routine failed for",
                    Status.CRITICAL,
                    "the driver refused a GPU: read the lines before; check flavour, branch and the slot"),
            new Rule(
                    "The NVIDIA probe routine was not called for",
                    Status.CRITICAL,
                    "another driver holds a GPU: see which with lspci -k"),
            new Rule("No NVIDIA GPU found", Status.CRITICAL, "the driver sees no GPU: compare with lspci -d 10de:"),
            new Rule(
                    "invalid context, skipping further processing",
                    Status.WARNING,
                    "GPUDirect RDMA lost a buffer: restart the workload; prefer dma-buf to nvidia-peermem"),
            new Rule(
                    "request_free_mem_region() err -34",
                    Status.CRITICAL,
                    "nvidia-uvm found no address space: boot with nokaslr, or load it with uvm_disable_hmm=1"),
            new Rule(
                    KernelEvent.DRIVER_LOADED,
                    Status.INFO,
                    "nothing: the driver was loaded, which ends what it had reported before"),
            new Rule("in libnccl.so", Status.WARNING, "NCCL crashed: look at the peers and links of this job"));

    private Optional<String> probed = Optional.empty();
    private Optional<String> mismatch = Optional.empty();

    Optional<KernelEvent> read(long line, String text) {
        int start = text.indexOf(PREFIX);
        String words = start < 0 ? text : text.substring(start + PREFIX.length());
        Optional<KernelEvent> spanning = spanning(line, words);
        if (spanning.isPresent()) {
            return spanning;
        }
        Matcher lost = OFF_THE_BUS.matcher(words);
        if (lost.lookingAt()) {
            return Optional.of(busLoss(line, PciAddress.parse(lost.group(1)), words));
        }
        Matcher aer = AER.matcher(text);
        if (text.contains("PCIe Bus Error: severity=") && aer.find()) {
            boolean corrected = aer.group(2).contains("Correct");
            return Optional.of(KernelLogParser.other(
                    line,
                    PciAddress.parse(aer.group(1)),
                    aer.group(2),
                    corrected ? Status.INFO : Status.CRITICAL,
                    corrected ? "watch its rate" : "check slot, riser and link; see the pcie check"));
        }
        return RULES.stream()
                .filter(rule -> words.contains(rule.words()))
                .findFirst()
                .map(rule ->
                        KernelLogParser.other(line, address(words), words.strip(), rule.severity(), rule.action()));
    }

    private static Optional<String> address(String words) {
        Matcher matcher = GPU_SAYS.matcher(words);
        return matcher.lookingAt() ? PciAddress.parse(matcher.group(1)) : Optional.empty();
    }

    private Optional<KernelEvent> spanning(long line, String words) {
        Matcher gpu = PROBED_GPU.matcher(words);
        if (gpu.lookingAt()) {
            probed = Optional.of(gpu.group(1));
            return Optional.empty();
        }
        if (words.startsWith("fallen off the bus and is not responding")) {
            Optional<String> address = probed.flatMap(PciAddress::parse);
            probed = Optional.empty();
            return Optional.of(busLoss(line, address, "the GPU has " + words.strip()));
        }
        if (words.startsWith("API mismatch: the client")) {
            mismatch = Optional.of(words.strip());
            return Optional.empty();
        }
        if (mismatch.isPresent() && words.contains("kernel module has")) {
            mismatch = mismatch.map(begun -> begun + " " + words.strip());
            return words.contains("has the version") && !words.startsWith("this kernel module")
                    ? Optional.empty()
                    : mismatchOf(line, "");
        }
        if (mismatch.isPresent() && words.startsWith("the version ")) {
            return mismatchOf(line, " " + words.strip());
        }
        return Optional.empty();
    }

    private Optional<KernelEvent> mismatchOf(long line, String rest) {
        String message = mismatch.orElse("") + rest;
        mismatch = Optional.empty();
        return Optional.of(
                KernelLogParser.other(
                        line,
                        Optional.empty(),
                        message,
                        Status.CRITICAL,
                        "library and kernel module are of two driver versions: reload the driver or reboot, and pin the packages"));
    }

    private static KernelEvent busLoss(long line, Optional<String> address, String message) {
        return KernelEvent.ofDevice(
                line,
                Kind.BUS_LOSS,
                address,
                message.strip(),
                Status.CRITICAL,
                "power-cycle the host; if it comes again, reseat the GPU and check its power, or contact the vendor");
    }
}
