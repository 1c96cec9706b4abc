package dev.gpudiag.agent.simulation;

import dev.gpudiag.agent.config.Suggestions;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The scenarios bundled with the simulated driver: the files {@code NAME.scenario} of one directory. */
public final class ScenarioCatalog {

    private final Path directory;

    public ScenarioCatalog(Path directory) {
        this.directory = directory;
    }

    /** Names of the bundled scenarios, sorted; none where the directory is not there. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + Scenario.SUFFIX)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                names.add(name.substring(0, name.length() - Scenario.SUFFIX.length()));
            }
        } catch (IOException e) {
            return List.of();
        }
        Collections.sort(names);
        return names;
    }

    /**
     * The scenario of a bundled name or of a file.
     *
     * @throws ScenarioException that lists the names for an unknown one, or says what is wrong in the file
     */
    public Scenario open(String nameOrFile) {
        if (names().contains(nameOrFile)) {
            return Scenario.read(directory.resolve(nameOrFile + Scenario.SUFFIX));
        }
        if (nameOrFile.contains("/") || nameOrFile.endsWith(Scenario.SUFFIX)) {
            try {
                return Scenario.read(Path.of(nameOrFile));
            } catch (InvalidPathException e) {
                throw new ScenarioException("not a file name: " + e.getReason());
            }
        }
        throw new ScenarioException(
                "no scenario '" + nameOrFile + "'" + Suggestions.hint(nameOrFile, names()) + " " + choice());
    }

    private String choice() {
        return names().isEmpty()
                ? "(no scenarios in " + directory + ")"
                : "(bundled: " + String.join(", ", names()) + "; or a file ending in " + Scenario.SUFFIX + ")";
    }
}
