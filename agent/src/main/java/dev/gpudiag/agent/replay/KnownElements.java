package dev.gpudiag.agent.replay;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The element paths that gpudiag reads, and those that it knows and leaves out on purpose ({@code known-elements.txt}).
 *
 * <p>Whatever else a capture holds is reported, so that nothing is dropped in silence. A line of that file is a path
 * below the root and what it is; a path that ends in {@code /**} covers all that is under it.
 */
final class KnownElements {

    private static final String RESOURCE = "known-elements.txt";
    private static final String ALL_BELOW = "/**";

    private final Set<String> exact;
    private final Set<String> trees;
    private final Set<String> containers = new HashSet<>();

    private KnownElements(Set<String> exact, Set<String> trees) {
        this.exact = Set.copyOf(exact);
        this.trees = Set.copyOf(trees);
        Stream.of(exact, trees).flatMap(Set::stream).forEach(this::addContainers);
    }

    static KnownElements load() {
        Set<String> exact = new HashSet<>(NvidiaSmiXml.HOST_PATHS);
        gpuPaths().map(path -> "gpu/" + path).forEach(exact::add);
        Set<String> trees = new HashSet<>();
        for (String path : ignored()) {
            if (path.endsWith(ALL_BELOW)) {
                trees.add(path.substring(0, path.length() - ALL_BELOW.length()));
            } else {
                exact.add(path);
            }
        }
        return new KnownElements(exact, trees);
    }

    private static Stream<String> gpuPaths() {
        return Stream.of(
                        GpuReader.paths().stream(),
                        GpuTable.rows().stream().flatMap(row -> row.paths().stream()),
                        EccSection.paths().stream(),
                        ClockReasonsSection.paths().stream(),
                        RetiredPagesSection.paths().stream(),
                        FabricSection.paths().stream(),
                        ProcessSection.paths().stream(),
                        MigSection.paths().stream())
                .flatMap(paths -> paths);
    }

    private static List<String> ignored() {
        try (InputStream stream = KnownElements.class.getResourceAsStream(RESOURCE)) {
            if (stream == null) {
                throw new IllegalStateException("the resource " + RESOURCE + " is missing");
            }
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                return reader.lines()
                        .filter(line -> !line.isBlank() && !line.startsWith("#"))
                        .map(line -> line.split(" ", 2)[0])
                        .toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the resource " + RESOURCE, e);
        }
    }

    private void addContainers(String path) {
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            containers.add(path.substring(0, slash));
        }
    }

    /** Whether nothing below this path is wanted, so that it need not be kept. */
    boolean isSkipped(String path) {
        return trees.contains(path);
    }

    /** The paths in a capture that are neither read nor left out on purpose, sorted, each once. */
    List<String> unknownIn(Element root) {
        Set<String> unknown = new TreeSet<>();
        root.children().forEach(child -> collect(child, child.name(), unknown));
        return List.copyOf(unknown);
    }

    private void collect(Element element, String path, Set<String> unknown) {
        if (trees.contains(path)) {
            return;
        }
        if (!exact.contains(path) && !containers.contains(path)) {
            unknown.add(path);
            return;
        }
        element.attributes().keySet().stream()
                .filter(name -> !(path.equals("gpu") && name.equals("id")))
                .forEach(name -> unknown.add(path + "@" + name));
        element.children().forEach(child -> collect(child, path + "/" + child.name(), unknown));
    }
}
