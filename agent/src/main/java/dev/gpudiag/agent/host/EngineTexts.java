package dev.gpudiag.agent.host;

import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The texts of an engine's configuration files, in order; what is not there is none, of what cannot be read the first is kept. */
final class EngineTexts {

    private static final int DROP_INS = 32;

    private final HostRoot root;
    private final List<String> texts = new ArrayList<>();
    private Optional<Reading<String>> problem = Optional.empty();

    EngineTexts(HostRoot root) {
        this.root = root;
    }

    /** Adds a file, at most 256 KiB long. */
    EngineTexts file(String path) {
        Reading<String> text = root.read(path);
        text.value().ifPresent(texts::add);
        if (!text.isPresent()) {
            note(text);
        }
        return this;
    }

    /** Adds the files of a directory whose names end with {@code suffix}, in the order of their names. */
    EngineTexts directory(String directory, String suffix) {
        try {
            List<String> names = root.names(directory, name -> name.endsWith(suffix));
            if (names.size() > DROP_INS) {
                note(Reading.missing(Reason.FAILED, directory, directory + " has more than " + DROP_INS + " files"));
            }
            names.stream().limit(DROP_INS).forEach(name -> file(directory + "/" + name));
        } catch (IOException e) {
            note(HostRoot.missing(directory, e));
        }
        return this;
    }

    private void note(Reading<String> missing) {
        if (problem.isEmpty()
                && !missing.reason().filter(Reason.NOT_SUPPORTED::equals).isPresent()) {
            problem = Optional.of(missing);
        }
    }

    List<String> texts() {
        return List.copyOf(texts);
    }

    Optional<Reading<String>> problem() {
        return problem;
    }

    boolean nameNvidia() {
        return texts.stream()
                .flatMap(String::lines)
                .map(String::strip)
                .anyMatch(line -> !line.startsWith("#")
                        && !line.startsWith(";")
                        && line.toLowerCase(Locale.ROOT).contains("nvidia"));
    }
}
