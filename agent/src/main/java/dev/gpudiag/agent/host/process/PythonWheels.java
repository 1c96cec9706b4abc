package dev.gpudiag.agent.host.process;

import dev.gpudiag.telemetry.ProcessCuda.Trace;
import dev.gpudiag.telemetry.ProcessCuda.VersionTrace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Toolkit versions in the metadata of installed Python packages that the process has files of.
 *
 * <p>NVIDIA's own wheels name the version in their {@code dist-info} directory; frameworks were built with the one that
 * they say, which is the only trace of a runtime that is linked statically.
 */
final class PythonWheels {

    private static final int FILE_LIMIT = 64 * 1024;

    private static final Pattern RUNTIME =
            Pattern.compile("nvidia_cuda_(?:runtime|nvrtc)(?:_cu\\d{1,3})?-(\\d{1,3}(?:\\.\\d{1,5}){1,3})\\.dist-info");
    private static final Pattern TORCH = Pattern.compile("torch-[\\w.]{1,64}\\+cu(\\d{1,3})(\\d)\\.dist-info");
    private static final Pattern MAJOR_ONLY =
            Pattern.compile("(?:jax_cuda|cupy_cuda)(\\d{1,2})(?:x|_plugin|_pjrt)-[\\w.+]{1,64}\\.dist-info");
    private static final Pattern TORCH_CUDA = Pattern.compile(
            "^cuda(?:\\s*:\\s*[\\w\\[\\]. |]{1,64})?\\s*=\\s*['\"](\\d{1,3}(?:\\.\\d{1,5}){0,3})['\"]",
            Pattern.MULTILINE);
    private static final Pattern TENSORFLOW_CUDA =
            Pattern.compile("['\"]cuda_version['\"]\\s*:\\s*['\"](\\d{1,3}(?:\\.\\d{1,5}){0,3})['\"]");

    private final ProcessRoot root;
    private final String directory;
    private final Set<String> packages;

    /**
     * @param directory a {@code site-packages}
     * @param packages those in it that have a file mapped
     */
    PythonWheels(ProcessRoot root, String directory, Set<String> packages) {
        this.root = root;
        this.directory = directory;
        this.packages = packages;
    }

    /**
     * The traces, strongest first.
     *
     * @param majors major versions of the runtimes that are mapped; wheels of another major lie there for others
     */
    List<VersionTrace> traces(Set<Integer> majors) throws IOException {
        List<String> names = root.names(directory, name -> name.endsWith(".dist-info"));
        List<VersionTrace> traces = new ArrayList<>();
        if (packages.contains("nvidia")) {
            names.forEach(name -> match(RUNTIME, name)
                    .map(found -> found.group(1))
                    .filter(version -> majors.isEmpty() || majors.contains(major(version)))
                    .ifPresent(version -> traces.add(trace(version, name))));
        }
        if (packages.contains("torch")) {
            fromFile("torch/version.py", TORCH_CUDA).ifPresent(traces::add);
            names.forEach(name -> match(TORCH, name)
                    .ifPresent(found -> traces.add(trace(found.group(1) + "." + found.group(2), name))));
        }
        if (packages.contains("tensorflow")) {
            fromFile("tensorflow/python/platform/build_info.py", TENSORFLOW_CUDA)
                    .ifPresent(traces::add);
        }
        if (packages.stream().anyMatch(name -> name.startsWith("jax") || name.startsWith("cupy"))) {
            names.forEach(name -> match(MAJOR_ONLY, name).ifPresent(found -> traces.add(trace(found.group(1), name))));
        }
        return traces;
    }

    private static int major(String version) {
        return Integer.parseInt(version.substring(0, version.indexOf('.')));
    }

    private static Optional<Matcher> match(Pattern pattern, String name) {
        return Optional.of(pattern.matcher(name)).filter(Matcher::matches);
    }

    private VersionTrace trace(String version, String name) {
        return new VersionTrace(Trace.WHEEL, version, directory, name);
    }

    private Optional<VersionTrace> fromFile(String name, Pattern pattern) {
        String file = directory + "/" + name;
        try {
            Matcher found = pattern.matcher(root.text(file, FILE_LIMIT));
            return found.find()
                    ? Optional.of(new VersionTrace(
                            Trace.WHEEL, found.group(1), file, found.group().strip()))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // packages without this file are common: the other traces stand
        }
    }
}
