package dev.gpudiag.agent.host.process;

import dev.gpudiag.telemetry.ProcessCuda.VersionTrace;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What was found in one file system, for all processes that see the same one in the same mount namespace.
 *
 * <p>Not thread-safe; lives for one look.
 */
final class RootFacts {

    private static final String DEVICES = "/dev";
    private static final String CAPABILITIES = "/dev/nvidia-caps";

    private final Map<String, List<VersionTrace>> found = new HashMap<>();
    private Optional<AccessDeniedException> refusal = Optional.empty();
    private List<String> deviceNodes;

    /** Where the traces of one kind come from. */
    private interface Search {
        List<VersionTrace> traces() throws IOException;
    }

    /** Wheels, files and package records, strongest first; throws where there is none because rights are missing. */
    List<VersionTrace> versions(ProcessRoot root, MappedFiles mapped, Map<String, String> environment)
            throws IOException {
        List<VersionTrace> traces = new ArrayList<>();
        Set<Integer> majors = MappedToolkit.majors(mapped.libraries());
        for (Map.Entry<String, Set<String>> site : mapped.pythonPackages().entrySet()) {
            traces.addAll(once(
                    "wheels " + site + majors,
                    () -> new PythonWheels(root, site.getKey(), site.getValue()).traces(majors)));
        }
        traces.addAll(once("toolkit", () -> ToolkitFiles.traces(root)));
        Set<String> prefixes = new TreeSet<>(mapped.prefixes());
        if (environment.containsKey("CONDA_PREFIX")) {
            prefixes.add(environment.get("CONDA_PREFIX"));
        }
        for (String prefix : prefixes) {
            traces.addAll(once("conda " + prefix, () -> PackageRecords.conda(root, prefix)));
        }
        traces.addAll(once("dpkg", () -> PackageRecords.dpkg(root)));
        if (traces.isEmpty() && refusal.isPresent()) {
            throw refusal.get();
        }
        return traces;
    }

    private List<VersionTrace> once(String key, Search search) {
        List<VersionTrace> known = found.get(key);
        if (known != null) {
            return known;
        }
        try {
            known = search.traces();
        } catch (AccessDeniedException e) {
            refusal = Optional.of(e);
            return List.of();
        } catch (IOException e) {
            known = List.of(); // what is not there, or is no file of its kind, leaves no trace
        }
        found.put(key, known);
        return known;
    }

    /** NVIDIA's nodes in its {@code /dev}. */
    List<String> deviceNodes(ProcessRoot root, boolean laidOut) throws IOException {
        if (deviceNodes == null) {
            List<String> nodes = new ArrayList<>();
            for (String name : root.names(DEVICES, name -> name.startsWith("nvidia"))) {
                add(root, DEVICES + "/" + name, laidOut, nodes);
            }
            if (root.isDirectory(CAPABILITIES)) {
                for (String name : root.names(CAPABILITIES, name -> name.startsWith("nvidia"))) {
                    add(root, CAPABILITIES + "/" + name, laidOut, nodes);
                }
            }
            deviceNodes = List.copyOf(nodes);
        }
        return deviceNodes;
    }

    private static void add(ProcessRoot root, String path, boolean laidOut, List<String> nodes) {
        if (nodes.size() < 512 && root.isNode(path, laidOut)) {
            nodes.add(path);
        }
    }
}
