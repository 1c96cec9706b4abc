package dev.gpudiag.agent.host;

import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.Version;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What belongs to a driver beside its module and library: the next kernel's module, GSP firmware, tools and services. */
final class DriverFiles {

    private static final String MODULES = "/lib/modules";
    private static final List<String> FIRMWARE =
            List.of("/lib/firmware/nvidia", "/usr/lib/firmware/nvidia", "/lib/firmware/updates/nvidia");
    private static final Pattern GSP = Pattern.compile("gsp(_[\\w]+)?\\.bin(\\.(xz|zst|gz))?");
    private static final List<String> TOOLS = List.of(
            "/usr/bin/nvidia-smi",
            "/bin/nvidia-smi",
            "/usr/local/bin/nvidia-smi",
            "/opt/bin/nvidia-smi",
            "/run/current-system/sw/bin/nvidia-smi",
            "/run/nvidia/driver/usr/bin/nvidia-smi",
            "/home/kubernetes/bin/nvidia/bin/nvidia-smi",
            "/usr/local/nvidia/bin/nvidia-smi",
            "/usr/lib/wsl/lib/nvidia-smi");

    /** Release and flavour of a kernel: 6.8.0-45 and generic. */
    private static final Pattern RELEASE = Pattern.compile("(\\d[\\d.]*(?:-\\d[\\d.]*)?)[.-]?(.*)");

    private final HostRoot root;

    DriverFiles(HostRoot root) {
        this.root = root;
    }

    Readings read(Reading<String> runningKernel) {
        Readings.Builder readings = Readings.builder()
                .put(HostQuantities.NVIDIA_SMI_INSTALLED, tool())
                .put(HostQuantities.GSP_FIRMWARE_ON_DISK, gspFirmware())
                .put(
                        HostQuantities.PERSISTENCED_RUNNING,
                        root.exists("/run/nvidia-persistenced/socket")
                                || root.exists("/var/run/nvidia-persistenced/socket"),
                        "/run/nvidia-persistenced/socket");
        runningKernel.value().flatMap(this::nextKernel).ifPresent(kernel -> {
            Reading<String> module = new ModuleOnDisk(root).version(kernel);
            // a module whose version cannot be read is there as well
            boolean there = module.isPresent() || module.source().contains(".ko");
            readings.put(HostQuantities.NEXT_KERNEL, kernel, MODULES)
                    .put(HostQuantities.NEXT_KERNEL_HAS_MODULE, there, module.source());
        });
        return readings.build();
    }

    private Reading<Boolean> tool() {
        return TOOLS.stream()
                .filter(root::exists)
                .findFirst()
                .map(path -> Reading.of(true, path))
                .orElseGet(() -> Reading.of(false, "nvidia-smi in /usr/bin and where driver containers put it"));
    }

    /** The newest kernel of the running one's flavour that can be booted, where it is newer than the running one. */
    private Optional<String> nextKernel(String running) {
        Matcher now = RELEASE.matcher(running);
        if (!now.matches()) {
            return Optional.empty();
        }
        try {
            return root.names(MODULES, name -> isNewer(name, now)).stream()
                    .filter(this::isBootable)
                    .max((a, b) -> number(a).compareTo(number(b)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean isNewer(String name, Matcher running) {
        Matcher other = RELEASE.matcher(name);
        return other.matches()
                && other.group(2).equals(running.group(2))
                && number(name).compareTo(number(running.group())) > 0;
    }

    private static Version number(String release) {
        Matcher matcher = RELEASE.matcher(release);
        String numbers = matcher.matches() ? matcher.group(1).replace('-', '.') : "0";
        return Version.parse(numbers).orElse(Version.of(0));
    }

    /** A kernel that was removed leaves its directory behind where DKMS had built for it. */
    private boolean isBootable(String kernel) {
        return root.exists("/boot/vmlinuz-" + kernel) || root.exists(MODULES + "/" + kernel + "/vmlinuz");
    }

    private Reading<String> gspFirmware() {
        for (String directory : FIRMWARE) {
            try {
                String versions = root
                        .names(
                                directory,
                                name -> LoadedModules.VERSION.matcher(name).matches())
                        .stream()
                        .filter(version -> hasGsp(directory + "/" + version))
                        .collect(Collectors.joining(", "));
                if (!versions.isEmpty()) {
                    return Reading.of(versions, directory);
                }
            } catch (IOException e) {
                // firmware lies in one of these, if anywhere
            }
        }
        return Reading.missing(Reason.NOT_SUPPORTED, FIRMWARE.getFirst(), "no GSP firmware on disk");
    }

    private boolean hasGsp(String directory) {
        try {
            return !root.names(directory, name -> GSP.matcher(name).matches()).isEmpty();
        } catch (IOException e) {
            return false;
        }
    }
}
