package dev.gpudiag.telemetry;

import java.util.List;
import java.util.Map;

/**
 * What can be told of a process's CUDA without its help.
 *
 * @param versions every trace of a toolkit version, strongest first; they may disagree
 * @param libraries NVIDIA libraries that it has mapped: libcuda, libcudart, libnvidia-ml and others
 * @param environment the allow-listed variables of its first environment, such as {@code NVIDIA_VISIBLE_DEVICES}
 * @param deviceNodes NVIDIA nodes in its own {@code /dev}, such as {@code /dev/nvidia0}
 */
public record ProcessCuda(
        Reading<List<VersionTrace>> versions,
        Reading<List<MappedLibrary>> libraries,
        Reading<Map<String, String>> environment,
        Reading<List<String>> deviceNodes) {

    /** Where a trace of a version was found, strongest first. */
    public enum Trace {
        MAPPED_LIBRARY,
        WHEEL,
        VERSION_FILE,
        PACKAGE,
        ENVIRONMENT,
        IMAGE
    }

    /**
     * One trace of a CUDA toolkit version.
     *
     * @param version as found: {@code 12.4.127}, {@code 12.4}, or {@code 12} where only the major is known
     * @param source the file or variable
     * @param value what it said
     */
    public record VersionTrace(Trace trace, String version, String source, String value) {}

    /**
     * A mapped library.
     *
     * @param path as the process sees it
     * @param version from its file name; empty where that has none
     * @param deleted whether the file was replaced or removed since it was mapped
     */
    public record MappedLibrary(String path, String version, boolean deleted) {}
}
