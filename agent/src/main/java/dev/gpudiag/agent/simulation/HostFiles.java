package dev.gpudiag.agent.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps the files of a simulated host that a scenario describes as they are at a time of it. Not thread-safe. */
public final class HostFiles {

    private final Path root;
    private final List<HostFile> files;
    private final Map<String, Optional<String>> written = new HashMap<>();

    HostFiles(Path root, List<HostFile> files) {
        this.root = root;
        this.files = files;
    }

    /**
     * Writes what has changed by this time of the scenario.
     *
     * @return whether anything has
     * @throws ScenarioException for a path that leads out of the host's tree
     */
    public boolean advance(Duration scenarioTime) {
        boolean changed = false;
        for (HostFile file : files) {
            Optional<String> content = file.content().apply(scenarioTime);
            if (!content.equals(written.put(file.path(), content))) {
                write(file.path(), content);
                changed = true;
            }
        }
        return changed;
    }

    private void write(String path, Optional<String> content) {
        try {
            Path file = within(path);
            if (content.isPresent()) {
                Files.writeString(file, content.get());
            } else {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + path + " of the simulated host: " + e.getMessage(), e);
        }
    }

    /** The file, its directories made; links in the tree are followed as long as they stay in it. */
    private Path within(String path) throws IOException {
        Path top = root.toRealPath();
        Path place = top;
        String[] names = path.substring(1).split("/", -1);
        for (int i = 0; i < names.length; i++) {
            Path next = place.resolve(names[i]);
            if (Files.isSymbolicLink(next)
                    && !(Files.exists(next) && next.toRealPath().startsWith(top))) {
                throw new ScenarioException("[file " + path + "]: " + names[i] + " leads out of the simulated host");
            }
            if (i < names.length - 1 && !Files.isDirectory(next)) {
                Files.createDirectory(next);
            }
            place = Files.exists(next) ? next.toRealPath() : next;
        }
        if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            throw new ScenarioException("[file " + path + "]: is a directory of the simulated host");
        }
        return place;
    }
}
