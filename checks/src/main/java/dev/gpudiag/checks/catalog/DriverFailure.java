package dev.gpudiag.checks.catalog;

import static dev.gpudiag.checks.catalog.DriverFindings.critical;

import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.DeviceNode;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.Reading.Reason;
import java.util.List;
import java.util.Optional;

/**
 * Why NVML does not start, in the order in which one cause hides the next.
 *
 * <p>The host's own files come before nvmlInit's return code, which says 9 (driver not loaded) or 999 (unknown) for
 * many different things; the code decides where the files show nothing wrong.
 */
record DriverFailure(DriverFacts facts) {

    private static final int NO_PERMISSION = 4;
    private static final int DRIVER_NOT_LOADED = 9;
    private static final int LIBRARY_NOT_FOUND = 12;
    private static final int GPU_IS_LOST = 15;
    private static final int OPERATING_SYSTEM = 17;
    private static final int VERSION_MISMATCH = 18;

    Finding finding() {
        if (facts.nvmlFailedFor(Reason.TIMED_OUT)) {
            return timedOut();
        }
        if (!facts.gpus().isEmpty() && facts.ownGpus().isEmpty()) {
            return DriverFindings.passedThrough(facts).orElseThrow();
        }
        if (!facts.ownGpus().isEmpty()
                && facts.heldByNouveau().size() == facts.ownGpus().size()) {
            return DriverFindings.nouveau(facts);
        }
        if (facts.moduleLoaded().equals(Optional.of(false))) {
            return new ModuleNotLoaded(facts).finding();
        }
        return facts.moduleLoaded().isPresent() ? moduleLoaded() : moduleUnknown();
    }

    private Finding timedOut() {
        String detail = facts.state().nvml().describe();
        String seen = detail.startsWith("driver does not answer") ? detail : "driver does not answer: " + detail;
        return critical(
                facts,
                "drv.not_answering",
                seen,
                "Every program that asks the driver now waits as well, and cannot be killed.",
                "look for Xid 119, 120, 79 or a GSP time-out: dmesg -T | grep -iE 'NVRM|Xid'",
                "look which processes wait in the kernel: ps -eo pid,stat,wchan:32,cmd | awk '$2 ~ /D/'",
                "drain the node and reboot it; power-cycle it if the reboot hangs");
    }

    private Finding moduleLoaded() {
        Optional<String> module = facts.text(HostQuantities.MODULE_VERSION);
        Optional<String> library = facts.text(HostQuantities.LIBRARY_VERSION);
        boolean differ = module.isPresent() && library.isPresent() && !module.equals(library);
        if (code(VERSION_MISMATCH) || differ) {
            return DriverFindings.mismatch(
                    facts,
                    facts.moduleVersion().orElse("unknown"),
                    facts.libraryVersion().orElse("of another version"),
                    Status.CRITICAL);
        }
        if (libraryMissing()) {
            return libraryNotFound();
        }
        if (facts.nvmlFailedFor(Reason.SYMBOL_MISSING)) {
            return notNvml();
        }
        return deviceNodes().or(this::refused).orElseGet(this::byReturnCode);
    }

    private Finding moduleUnknown() {
        if (code(DRIVER_NOT_LOADED)) {
            return facts.installed() || facts.gpus().isEmpty()
                    ? new ModuleNotLoaded(facts).finding()
                    : new ModuleNotLoaded(facts).notInstalled();
        }
        return !facts.installed() && facts.gpus().isEmpty() && !code(LIBRARY_NOT_FOUND) && !knownCode()
                ? new ModuleNotLoaded(facts).notInstalled()
                : moduleLoaded();
    }

    private boolean knownCode() {
        return facts.returnCode().isPresent();
    }

    private boolean libraryMissing() {
        return code(LIBRARY_NOT_FOUND)
                || (!knownCode() && facts.text(HostQuantities.LIBRARY_PATH).isEmpty());
    }

    private Finding libraryNotFound() {
        if (facts.inContainer()) {
            return critical(
                    facts,
                    "drv.nvml_init",
                    "library missing: no libnvidia-ml.so.1 in this container",
                    "The kernel module runs; the container was started without the driver's libraries.",
                    "start it with the NVIDIA runtime: --gpus all, or runtimeClassName: nvidia",
                    "and NVIDIA_DRIVER_CAPABILITIES=utility,compute",
                    "or name the library: --nvml-library FILE");
        }
        return critical(
                facts,
                "drv.nvml_init",
                "library missing: no libnvidia-ml.so.1",
                "Without it nothing on this node can talk to the kernel module.",
                "look for it: ldconfig -p | grep nvidia-ml; find / -xdev -name 'libnvidia-ml.so*'",
                "install the libraries of the same version as the module: libnvidia-compute-NNN, libnvidia-ml1",
                "or name the library: --nvml-library FILE");
    }

    private Finding notNvml() {
        return critical(
                facts,
                "drv.nvml_init",
                facts.text(HostQuantities.LIBRARY_PATH).orElse("the library") + " is not a usable NVML",
                "It lacks what every NVML since R470 has: a stub, or a driver that is too old.",
                "name the driver's own library: --nvml-library FILE",
                "install a driver of R470 or newer");
    }

    private Optional<Finding> deviceNodes() {
        List<DeviceNode> obstacles = DeviceNodes.obstacles(facts.state().deviceNodes());
        if (obstacles.isEmpty()) {
            return Optional.empty();
        }
        DeviceNode first = obstacles.getFirst();
        String problem = DeviceNodes.wrong(first).orElse(first.path() + " is missing");
        String more = obstacles.size() > 1 ? " (and " + (obstacles.size() - 1) + " more)" : "";
        Finding.Builder finding = Finding.builder(Status.CRITICAL, Subject.node(), "device nodes: " + problem + more)
                .rule("drv.dev_nodes")
                .limit("nvidiactl 195:255, nvidiaN 195:N")
                .why("Libraries reach the kernel module through these nodes only.");
        if (facts.inContainer()) {
            finding.action("start the container with its GPUs: --gpus all, or a limit nvidia.com/gpu");
        }
        finding.action("make them: nvidia-modprobe -c0 -u")
                .action(
                        "look whether udev or a container runtime makes others: ls -l /dev/nvidia*; ls /lib/udev/rules.d");
        obstacles.forEach(node -> finding.proof(node.path(), DeviceNodes.describe(node)));
        return Optional.of(DriverFindings.proven(finding, facts));
    }

    private Optional<Finding> refused() {
        List<DeviceNode> forbidden = DeviceNodes.forbidden(facts.state().deviceNodes());
        boolean coded = code(NO_PERMISSION) || code(OPERATING_SYSTEM) || facts.nvmlFailedFor(Reason.NO_PERMISSION);
        boolean control = forbidden.stream().anyMatch(node -> node.path().endsWith("/nvidiactl"));
        if (!coded && !control) {
            return Optional.empty();
        }
        String seen = control ? "no permission: /dev/nvidiactl cannot be opened" : "no permission to use the driver";
        Finding.Builder finding = Finding.builder(Status.CRITICAL, Subject.node(), seen)
                .rule(control ? "drv.dev_nodes" : "drv.nvml_init")
                .why("The driver may work for others: this process may not open its device nodes.")
                .action("look who may: ls -l /dev/nvidia*; id");
        if (facts.inContainer()) {
            finding.action("a reload of systemd takes the devices from a running container: restart it")
                    .action("give the devices to the container by --gpus or the device plugin, not by a mount of /dev");
        }
        finding.action("add this user to the group of the nodes (often video), or run as root");
        forbidden.forEach(node -> finding.proof(node.path(), DeviceNodes.describe(node)));
        return Optional.of(DriverFindings.proven(finding, facts));
    }

    private Finding byReturnCode() {
        String answer = facts.state().nvml().describe();
        if (code(GPU_IS_LOST) || facts.nvmlFailedFor(Reason.GPU_LOST)) {
            return critical(
                    facts,
                    "drv.nvml_init",
                    "NVML does not start: a GPU is lost: " + answer,
                    "A GPU that no longer answers on the bus can keep the whole driver from starting.",
                    "see which: dmesg -T | grep -E 'Xid.*79|fallen off the bus'",
                    "drain the node and power-cycle it; then reseat or replace that GPU");
        }
        Optional<DriverRefusal> refusal = DriverRefusal.ofAll(facts);
        if (refusal.isPresent()) {
            return critical(
                    facts,
                    refusal.get().rule(),
                    refusal.get().text(),
                    "The kernel module is loaded but does not drive this GPU.",
                    refusal.get().remedy(),
                    "confirm: dmesg -T | grep -i NVRM");
        }
        return critical(
                facts,
                "drv.nvml_init",
                "NVML does not start: " + answer,
                code(DRIVER_NOT_LOADED)
                        ? "The kernel module is loaded and still refuses: its start for the GPU may have failed."
                        : "This code often follows a GPU that is lost, or one that the module could not start.",
                "see what the module says: dmesg -T | grep -iE 'NVRM|Xid|nvidia'",
                "compare with the bus: lspci -d 10de: -k",
                "drain the node and reboot it; power-cycle it if a GPU stays away");
    }

    private boolean code(int code) {
        return facts.returnCode().orElse(0) == code;
    }
}
