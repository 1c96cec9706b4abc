package dev.gpudiag.agent.simulation;

import dev.gpudiag.agent.config.Suggestions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Splits a scenario file into sections; says file and line of the first thing that is wrong. */
final class ScenarioText {

    private static final int SIZE_LIMIT = 1024 * 1024;
    private static final List<String> KINDS = List.of(
            "scenario",
            "driver",
            "host",
            "gpu",
            "process",
            "mig",
            "event",
            "history",
            "log",
            "kernel_log",
            "container",
            "workload",
            "file",
            "infiniband",
            "pcie");
    private static final Pattern COMMENT = Pattern.compile("(^|\\s)#.*$");

    private ScenarioText() {}

    static List<ScenarioSection> read(Path file) {
        List<ScenarioSection> sections = new ArrayList<>();
        String name = String.valueOf(file.getFileName());
        int number = 0;
        for (String raw : content(file).split("\\R", -1)) {
            number++;
            String line = COMMENT.matcher(raw).replaceFirst("").strip();
            if (line.isEmpty()) {
                continue;
            }
            String at = name + ":" + number + ": ";
            if (line.startsWith("[")) {
                sections.add(section(name, at, line, number));
                continue;
            }
            int equals = line.indexOf('=');
            if (equals < 1) {
                throw new ScenarioException(at + "neither '[section]' nor 'key = value'");
            }
            if (sections.isEmpty()) {
                throw new ScenarioException(at + "a key before the first section");
            }
            String key = line.substring(0, equals).strip();
            sections.getLast().put(key, line.substring(equals + 1).strip(), number);
        }
        if (sections.isEmpty()) {
            throw new ScenarioException(name + " is empty: a scenario begins with [scenario]");
        }
        return sections;
    }

    private static ScenarioSection section(String name, String at, String line, int number) {
        if (!line.endsWith("]") || line.length() < 3) {
            throw new ScenarioException(at + "a section without its closing bracket");
        }
        ScenarioSection section = new ScenarioSection(name, line.substring(1, line.length() - 1), number);
        if (!KINDS.contains(section.kind())) {
            throw new ScenarioException(
                    at + "unknown section '" + section.kind() + "'" + Suggestions.hint(section.kind(), KINDS));
        }
        return section;
    }

    private static String content(Path file) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new ScenarioException(file + " is not a file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(SIZE_LIMIT + 1);
            if (bytes.length > SIZE_LIMIT) {
                throw new ScenarioException(file + " is longer than " + SIZE_LIMIT + " bytes: not a scenario");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (NoSuchFileException e) {
            throw new ScenarioException("no scenario file " + file);
        } catch (AccessDeniedException e) {
            throw new ScenarioException("no permission to read " + file);
        } catch (CharacterCodingException e) {
            throw new ScenarioException(file + " is not UTF-8 text: not a scenario");
        } catch (IOException e) {
            throw new ScenarioException("cannot read " + file + ": " + e.getMessage());
        }
    }
}
