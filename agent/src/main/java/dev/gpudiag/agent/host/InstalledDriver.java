package dev.gpudiag.agent.host;

import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a driver was installed, loaded or not: its kernel module or its libraries are on disk.
 *
 * <p>The linker's stub that CUDA toolkits bring has no number after {@code .so}, and cuda-compat lies elsewhere: neither
 * counts.
 */
final class InstalledDriver {

    private static final Pattern LIBRARY = Pattern.compile("lib(nvidia-ml|cuda)\\.so\\.(\\d[\\d.]*)");
    private static final List<String> DIRECTORIES = List.of(
            "/usr/lib/x86_64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu",
            "/usr/lib/x86_64-linux-gnu/nvidia/current",
            "/usr/lib/aarch64-linux-gnu/nvidia/current",
            "/usr/lib64",
            "/usr/lib64/nvidia",
            "/usr/lib",
            "/usr/lib/nvidia",
            "/usr/local/nvidia/lib64",
            "/run/nvidia/driver/usr/lib/x86_64-linux-gnu",
            "/run/nvidia/driver/usr/lib/aarch64-linux-gnu",
            "/run/nvidia/driver/usr/lib64",
            "/run/opengl-driver/lib",
            "/home/kubernetes/bin/nvidia/lib64",
            "/usr/lib/wsl/lib");

    private final HostRoot root;

    InstalledDriver(HostRoot root) {
        this.root = root;
    }

    Readings read(Reading<String> kernel) {
        ModuleOnDisk module = new ModuleOnDisk(root);
        Reading<String> version = kernel.value()
                .map(module::version)
                .orElseGet(() -> Reading.missing(Reason.FAILED, kernel.source(), "the running kernel is not known"));
        Optional<String> library = library();
        Optional<String> trace = version.isPresent()
                ? Optional.of(version.source())
                : module.anyTrace().or(() -> library);
        Readings.Builder readings = Readings.builder()
                .put(HostQuantities.MODULE_ON_DISK_VERSION, version)
                .put(
                        HostQuantities.DRIVER_INSTALLED,
                        trace.map(path -> Reading.of(true, path))
                                .orElseGet(
                                        () -> Reading.of(false, "/lib/modules, /var/lib/dkms, library directories")));
        library.filter(path -> path.contains("libnvidia-ml"))
                .ifPresent(path -> readings.put(HostQuantities.LIBRARY_PATH, path, path)
                        .put(HostQuantities.LIBRARY_VERSION, versionInName(path)));
        return readings.build();
    }

    /** The first library in the linker's order; NVML before CUDA, and the file with the longest version in its name. */
    private Optional<String> library() {
        for (String directory : DIRECTORIES) {
            Optional<String> found = names(directory).stream()
                    .max((a, b) -> Integer.compare(rank(a), rank(b)))
                    .map(name -> directory + "/" + name);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private List<String> names(String directory) {
        try {
            return root.names(directory, name -> LIBRARY.matcher(name).matches()).stream()
                    .filter(name -> root.isFile(directory + "/" + name))
                    .toList();
        } catch (IOException e) {
            return List.of(); // most of these directories are not on a given system
        }
    }

    private static int rank(String name) {
        return name.length() + (name.startsWith("libnvidia-ml") ? 1000 : 0);
    }

    private static Reading<String> versionInName(String path) {
        Matcher matcher = LIBRARY.matcher(path.substring(path.lastIndexOf('/') + 1));
        return matcher.matches() && matcher.group(2).contains(".")
                ? Reading.of(matcher.group(2), path)
                : Reading.missing(Reason.NOT_SUPPORTED, path, "no version in the name of " + path);
    }
}
