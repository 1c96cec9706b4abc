package dev.gpudiag.checks.cuda;

import dev.gpudiag.telemetry.ProcessCuda.MappedLibrary;
import dev.gpudiag.telemetry.Version;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the libraries that a process has mapped say of the driver that it meets.
 *
 * <p>libcuda, libnvidia-ml and the other user parts of the driver have its version in their file names; they come from the
 * host when the container starts, or from a forward-compatibility package ({@code /usr/local/cuda-12.4/compat}).
 *
 * @param libraries as mapped; none that is not NVIDIA's matters
 */
public record DriverLibraries(List<MappedLibrary> libraries) {

    /** Below this a number is no driver branch: WSL's libcuda is 1.1. */
    private static final int LEAST_BRANCH = 100;

    private static final Pattern COMPAT = Pattern.compile("/(cuda-)?compat/");
    private static final Pattern DRIVER = Pattern.compile("lib(cuda|cudadebugger|nvidia-[a-z0-9-]+)\\.so.*");
    private static final Pattern RUNTIME = Pattern.compile(
            "lib(cudart|cublas|cublasLt|cudnn|cufft|curand|cusolver|cusparse|nccl|torch_cuda|nvrtc|nvJitLink)[._-].*");
    private static final Pattern COMPILER = Pattern.compile("lib(nvrtc|nvidia-ptxjitcompiler|triton)[._-].*");

    public DriverLibraries {
        libraries = List.copyOf(libraries);
    }

    /** Whether the driver API is there, without which nothing computes. */
    public boolean hasDriver() {
        return libraries.stream().anyMatch(library -> name(library).startsWith("libcuda.so"));
    }

    /** Whether it means to compute: it has mapped the driver API or one of CUDA's libraries. */
    public boolean usesCuda() {
        return hasDriver()
                || libraries.stream()
                        .anyMatch(library -> RUNTIME.matcher(name(library)).matches());
    }

    /** The library by which it compiles at run time. */
    public Optional<MappedLibrary> compiler() {
        return libraries.stream()
                .filter(library -> COMPILER.matcher(name(library)).matches())
                .findFirst();
    }

    /** The forward-compatibility libcuda that is in use; one that merely lies there is harmless. */
    public Optional<MappedLibrary> compat() {
        return libraries.stream()
                .filter(library -> name(library).startsWith("libcuda.so"))
                .filter(DriverLibraries::isCompat)
                .findFirst();
    }

    /** The driver version that a library says in its name. */
    public static Optional<Version> driver(MappedLibrary library) {
        return Version.parse(library.version()).filter(version -> version.major() >= LEAST_BRANCH);
    }

    /** Parts of the driver that are of another version than the loaded kernel module. */
    public List<MappedLibrary> stale(Version kernel) {
        return driverParts().stream()
                .filter(library -> driver(library).orElseThrow().compareTo(kernel) != 0)
                .toList();
    }

    /** Parts of the driver that were replaced on disk since they were mapped, of the version that still runs. */
    public List<MappedLibrary> replaced(Version kernel) {
        return driverParts().stream()
                .filter(MappedLibrary::deleted)
                .filter(library -> driver(library).orElseThrow().compareTo(kernel) == 0)
                .toList();
    }

    private List<MappedLibrary> driverParts() {
        return libraries.stream()
                .filter(library -> DRIVER.matcher(name(library)).matches())
                .filter(library -> !isCompat(library))
                .filter(library -> driver(library).isPresent())
                .toList();
    }

    private static boolean isCompat(MappedLibrary library) {
        return COMPAT.matcher(library.path()).find();
    }

    private static String name(MappedLibrary library) {
        return library.path().substring(library.path().lastIndexOf('/') + 1);
    }
}
