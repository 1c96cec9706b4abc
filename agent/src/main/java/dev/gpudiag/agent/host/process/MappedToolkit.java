package dev.gpudiag.agent.host.process;

import dev.gpudiag.telemetry.ProcessCuda.MappedLibrary;
import dev.gpudiag.telemetry.ProcessCuda.Trace;
import dev.gpudiag.telemetry.ProcessCuda.VersionTrace;
import dev.gpudiag.telemetry.Version;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Toolkit versions in the names of mapped libraries: what the process really uses.
 *
 * <p>Links are resolved in the kernel's list, so that the name is the file's own. All of CUDA 11 names its runtime {@code
 * libcudart.so.11.0}, and since 12 a wheel's file has the major alone; a directory {@code cuda-12.4} then tells the rest.
 */
final class MappedToolkit {

    private static final Pattern NAME = Pattern.compile("lib([A-Za-z-]+?)(?:-[0-9a-f]{6,16})?\\.so\\..*");
    private static final Pattern DIRECTORY = Pattern.compile("/cuda-(\\d{1,3}\\.\\d{1,3})/");

    /** Libraries that carry the toolkit's version, and those of which only the major is the toolkit's. */
    private static final Set<String> EXACT = Set.of("cudart", "nvrtc", "nvrtc-builtins", "nvJitLink");

    private static final Set<String> MAJOR = Set.of("cublas", "cublasLt");
    private static final int FIRST_WITHOUT_MINOR = 11;

    private MappedToolkit() {}

    /** The traces, most exact first; of libraries that say no more than another, one. */
    static List<VersionTrace> traces(List<MappedLibrary> libraries, String source) {
        List<VersionTrace> traces = new ArrayList<>();
        for (MappedLibrary library : libraries) {
            version(library)
                    .ifPresent(version ->
                            traces.add(new VersionTrace(Trace.MAPPED_LIBRARY, version, source, library.path())));
        }
        traces.sort(Comparator.comparingInt((VersionTrace trace) -> -numbers(trace.version())));
        return traces.stream()
                .filter(trace ->
                        traces.stream().noneMatch(other -> other.version().startsWith(trace.version() + ".")))
                .collect(Collectors.toMap(VersionTrace::version, trace -> trace, (first, second) -> first))
                .values()
                .stream()
                .sorted(Comparator.comparingInt(traces::indexOf))
                .toList();
    }

    private static int numbers(String version) {
        return Version.parse(version).map(Version::size).orElse(0);
    }

    /** Major versions of the runtimes that are mapped. */
    static Set<Integer> majors(List<MappedLibrary> libraries) {
        return libraries.stream()
                .map(MappedToolkit::version)
                .flatMap(Optional::stream)
                .flatMap(version -> Version.parse(version).stream())
                .map(Version::major)
                .collect(Collectors.toSet());
    }

    private static Optional<String> version(MappedLibrary library) {
        Matcher name = NAME.matcher(library.path().substring(library.path().lastIndexOf('/') + 1));
        Optional<Version> written = Version.parse(library.version());
        if (!name.matches() || written.isEmpty()) {
            return Optional.empty();
        }
        if (MAJOR.contains(name.group(1))) {
            return Optional.of(String.valueOf(written.get().major()));
        }
        return EXACT.contains(name.group(1))
                ? Optional.of(toolkit(name.group(1), written.get(), library.path()))
                : Optional.empty();
    }

    private static String toolkit(String name, Version written, String path) {
        boolean exact = written.size() >= 3
                || (written.size() == 2 && (name.equals("nvrtc-builtins") || written.major() != FIRST_WITHOUT_MINOR));
        if (exact) {
            return written.text();
        }
        Matcher directory = DIRECTORY.matcher(path);
        boolean told = directory.find()
                && Version.parse(directory.group(1)).map(Version::major).equals(Optional.of(written.major()));
        return told ? directory.group(1) : String.valueOf(written.major());
    }
}
