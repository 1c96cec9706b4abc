package dev.gpudiag.agent.replay;

import dev.gpudiag.telemetry.NodeSample;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A node read from a file: a capture of {@code nvidia-smi -q -x} or a snapshot of gpudiag, told apart by content.
 *
 * @param sample the node
 * @param unknownElements elements of a capture that this version neither reads nor knows
 * @param warnings what is odd about the file, one sentence each
 */
public record Replay(NodeSample sample, List<String> unknownElements, List<String> warnings) {

    /** Largest file that is read. */
    public static final int MAX_BYTES = 64 * 1024 * 1024;

    private static final Pattern XML_START =
            Pattern.compile("<\\?xml\\s|<!DOCTYPE\\s+nvidia_smi_log|<nvidia_smi_log\\b");
    private static final Pattern XML_END = Pattern.compile("</nvidia_smi_log\\s*>");
    private static final Pattern SMI_TEXT =
            Pattern.compile("=+NVSMI LOG=+|\\|\\s*NVIDIA-SMI\\s+\\d|^\\s*Product Name\\s+: ", Pattern.MULTILINE);
    private static final Pattern SMI_FAILURE = Pattern.compile(
            "NVIDIA-SMI has failed[^\\r\\n]*|Failed to initialize NVML[^\\r\\n]*|No devices were found");
    private static final Pattern NO_HANDLE = Pattern.compile("Unable to determine the device handle[^\\r\\n<]*");
    private static final String RECORD = "record with: nvidia-smi -q -x > file.xml";

    public Replay {
        unknownElements = List.copyOf(unknownElements);
        warnings = List.copyOf(warnings);
    }

    /** Reads a file of at most {@link #MAX_BYTES}; whatever is wrong with it is one exception with a message. */
    public static Replay open(Path file) throws ReplayException {
        byte[] bytes = read(file);
        String name = String.valueOf(file.getFileName());
        if (SupportBundle.isCompressed(bytes)) {
            bytes = SupportBundle.snapshot(file, bytes);
        }
        CaptureText decoded = CaptureText.decode(bytes);
        String text = decoded.text();
        if (text.isBlank()) {
            throw new ReplayException(file + ": empty");
        }
        if (text.stripLeading().startsWith("{")) {
            Recording.Result result = Recording.read(name, text);
            return new Replay(result.sample(), List.of(), joined(decoded.warnings(), result.warnings()));
        }
        Matcher start = XML_START.matcher(text);
        if (!start.find()) {
            throw new ReplayException(file + ": " + other(text));
        }
        return capture(file, name, decoded.from(start.start()), line(NO_HANDLE, text));
    }

    private static Replay capture(Path file, String name, CaptureText capture, Optional<String> complaint)
            throws ReplayException {
        List<String> warnings = new ArrayList<>(capture.warnings());
        if (XML_END.matcher(capture.text()).results().limit(2).count() > 1) {
            warnings.add("holds more than one capture; the first was read");
        }
        NvidiaSmiXml.Result result = new NvidiaSmiXml().read(name, capture.text(), modified(file), complaint);
        return new Replay(result.sample(), result.unknownElements(), joined(warnings, result.warnings()));
    }

    private static List<String> joined(List<String> first, List<String> second) {
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    private static byte[] read(Path file) throws ReplayException {
        if (Files.isDirectory(file)) {
            throw new ReplayException(file + ": a directory, not a file");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new ReplayException(file + ": not a regular file");
        }
        try (InputStream stream = Files.newInputStream(file)) {
            byte[] bytes = stream.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new ReplayException(file + ": larger than " + MAX_BYTES / 1024 / 1024
                        + " MiB, which neither a capture nor a snapshot is");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw new ReplayException(file + ": no such file", e);
        } catch (AccessDeniedException e) {
            throw new ReplayException(file + ": no permission to read it", e);
        } catch (IOException e) {
            throw new ReplayException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static Instant modified(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            return Instant.EPOCH;
        }
    }

    private static Optional<String> line(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Optional.of(matcher.group().strip()) : Optional.empty();
    }

    private static String other(String text) {
        Matcher failure = SMI_FAILURE.matcher(text);
        if (failure.find()) {
            return "nvidia-smi failed and printed no capture: "
                    + failure.group().strip();
        }
        if (SMI_TEXT.matcher(text).find()) {
            return "looks like the text output of nvidia-smi, which cannot be replayed: " + RECORD;
        }
        return "neither a capture of nvidia-smi -q -x nor a snapshot of gpudiag: " + RECORD
                + ", or: gpudiag snapshot > file.json";
    }
}
