package dev.gpudiag.agent.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Turns a configuration file into YAML nodes that know their lines; refuses aliases and deep nesting before. */
public final class ConfigurationText {

    private static final int SIZE_LIMIT = 256 * 1024;
    private static final int DEPTH_LIMIT = 8;
    private static final LoadSettings YAML =
            LoadSettings.builder().setAllowNonScalarKeys(true).build();

    private ConfigurationText() {}

    /**
     * The document; empty for a file that holds none.
     *
     * @throws ConfigurationException in words where the file cannot be read or is no YAML
     */
    public static Optional<Node> read(Path file) {
        String name = String.valueOf(file.getFileName());
        String text = content(file);
        try {
            refuseBombs(name, text);
            return new Compose(YAML).composeString(text);
        } catch (MarkedYamlEngineException e) {
            String place = e.getProblemMark().map(mark -> ":" + line(mark)).orElse("");
            throw problem(name + place + ": not YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw problem(name + ": not YAML: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    /** The line of a place, from 1. */
    public static int line(Mark mark) {
        return mark.getLine() + 1;
    }

    private static void refuseBombs(String name, String text) {
        int depth = 0;
        for (Event event : new Parse(YAML).parseString(text)) {
            String place =
                    name + event.getStartMark().map(mark -> ":" + line(mark)).orElse("") + ": ";
            if (event instanceof AliasEvent) {
                throw problem(place + "aliases (*name) are not supported here");
            }
            depth += event instanceof CollectionStartEvent ? 1 : event instanceof CollectionEndEvent ? -1 : 0;
            if (depth > DEPTH_LIMIT) {
                throw problem(place + "nested deeper than any setting");
            }
        }
    }

    private static String content(Path file) {
        if (Files.isDirectory(file)) {
            throw problem(file + " is a directory, not a configuration file");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw problem(file + " is not a regular file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(SIZE_LIMIT + 1);
            if (bytes.length > SIZE_LIMIT) {
                throw problem(file + " is longer than " + SIZE_LIMIT + " bytes");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (NoSuchFileException e) {
            throw problem("no configuration file " + file);
        } catch (AccessDeniedException e) {
            throw problem("no permission to read " + file);
        } catch (CharacterCodingException e) {
            throw problem(file + " is not UTF-8 text");
        } catch (IOException e) {
            throw problem("cannot read " + file + ": " + e.getMessage());
        }
    }

    private static ConfigurationException problem(String text) {
        return new ConfigurationException(List.of(text));
    }
}
