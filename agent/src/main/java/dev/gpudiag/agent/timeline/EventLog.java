package dev.gpudiag.agent.timeline;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gpudiag.agent.state.StateFile;
import dev.gpudiag.agent.state.StateFormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Events on disk: numbered files of one record a line, each with its checksum, to which is only ever appended.
 *
 * <p>A record that a dying agent or a full disk has cut off is passed over, and so is one that was damaged. At most {@link
 * #SEGMENTS} files of {@link #SEGMENT_BYTES}; the oldest goes first. One writer; any other process may read meanwhile.
 */
final class EventLog {

    /** Bytes of one file. */
    static final int SEGMENT_BYTES = 1024 * 1024;

    /** Files that are kept. */
    static final int SEGMENTS = 16;

    private static final Pattern NAME = Pattern.compile("[0-9]{8}\\.log");
    private static final int CHECKSUM_DIGITS = 8;
    private static final int RECORD_LIMIT = 16 * 1024;

    private final Path directory;
    private final int segmentBytes;
    private final Output output;

    /** Writes to a file that is open; a test lets it fail as a disk does. */
    @FunctionalInterface
    interface Output {
        void write(FileChannel channel, ByteBuffer bytes) throws IOException;
    }

    EventLog(Path directory) {
        this(directory, SEGMENT_BYTES, EventLog::writeAll);
    }

    EventLog(Path directory, int segmentBytes, Output output) {
        this.directory = directory;
        this.segmentBytes = segmentBytes;
        this.output = output;
    }

    /** How much of the log could be read. */
    record Read(int damaged, int newer) {}

    /** Gives every event that can be read to {@code events}, in the order in which they were recorded. */
    Read read(Consumer<TimelineEvent> events) throws IOException {
        int damaged = 0;
        int newer = 0;
        for (Path segment : segments()) {
            Read part = read(segment, events);
            damaged += part.damaged();
            newer += part.newer();
        }
        return new Read(damaged, newer);
    }

    private Read read(Path segment, Consumer<TimelineEvent> events) throws IOException {
        String text;
        try {
            text = new String(new StateFile(segment, segmentBytes + RECORD_LIMIT).read(), UTF_8);
        } catch (NoSuchFileException e) {
            return new Read(0, 0); // the writer has just let go of it
        } catch (StateFormatException e) {
            return new Read(1, 0);
        }
        int damaged = 0;
        int newer = 0;
        int whole = text.lastIndexOf('\n') + 1;
        for (String line : text.substring(0, whole).split("\n", -1)) {
            if (line.isEmpty()) {
                continue;
            }
            try {
                events.accept(record(line));
            } catch (StateFormatException e) {
                newer += e.isNewer() ? 1 : 0;
                damaged += e.isNewer() ? 0 : 1;
            }
        }
        return new Read(damaged, newer);
    }

    private static TimelineEvent record(String line) throws StateFormatException {
        if (line.length() < CHECKSUM_DIGITS + 2 || line.charAt(CHECKSUM_DIGITS) != ' ') {
            throw new StateFormatException("no record");
        }
        String json = line.substring(CHECKSUM_DIGITS + 1);
        if (!checksum(json.getBytes(UTF_8)).equals(line.substring(0, CHECKSUM_DIGITS))) {
            throw new StateFormatException("damaged");
        }
        return EventFormat.parse(json);
    }

    private static String checksum(byte[] bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes);
        return HexFormat.of().toHexDigits((int) sum.getValue());
    }

    /**
     * Appends events and waits until the disk has them; on any failure what was there before is still readable.
     *
     * @param saved is told the id up to which the disk has them
     */
    void append(List<TimelineEvent> events, LongConsumer saved) throws IOException {
        Files.createDirectories(directory);
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(directory + " is not a directory");
        }
        for (int from = 0; from < events.size(); ) {
            Path segment = current();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            long room = Math.max(1, segmentBytes - size(segment));
            while (from < events.size() && bytes.size() < room) {
                byte[] json = EventFormat.json(events.get(from++)).toString().getBytes(UTF_8);
                bytes.writeBytes((checksum(json) + " ").getBytes(US_ASCII));
                bytes.writeBytes(json);
                bytes.write('\n');
            }
            append(segment, bytes.toByteArray());
            saved.accept(events.get(from - 1).id());
        }
        trim();
    }

    private void append(Path segment, byte[] bytes) throws IOException {
        boolean isNew = Files.notExists(segment, LinkOption.NOFOLLOW_LINKS);
        if (!isNew) {
            StateFile.check(segment);
        }
        try (FileChannel channel = FileChannel.open(
                segment,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE,
                LinkOption.NOFOLLOW_LINKS)) {
            long end = channel.size();
            ByteBuffer last = ByteBuffer.allocate(1);
            boolean isCut = end > 0 && (channel.read(last, end - 1) < 1 || last.get(0) != '\n');
            channel.position(end);
            try {
                if (isCut) {
                    output.write(channel, ByteBuffer.wrap(new byte[] {'\n'}));
                }
                output.write(channel, ByteBuffer.wrap(bytes));
                channel.force(true);
            } catch (IOException e) {
                channel.truncate(end);
                throw e;
            }
        }
        if (isNew) {
            StateFile.sync(directory);
        }
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** The file to append to. */
    private Path current() throws IOException {
        List<Path> segments = segments();
        if (segments.isEmpty()) {
            return segment(1);
        }
        Path last = segments.getLast();
        boolean usable = Files.isRegularFile(last, LinkOption.NOFOLLOW_LINKS) && size(last) < segmentBytes;
        return usable ? last : segment(number(last) + 1);
    }

    private Path segment(int number) {
        return directory.resolve(String.format(Locale.ROOT, "%08d.log", number));
    }

    private static int number(Path segment) {
        return Integer.parseInt(segment.getFileName().toString().substring(0, 8));
    }

    private static long size(Path segment) throws IOException {
        return Files.notExists(segment, LinkOption.NOFOLLOW_LINKS) ? 0 : Files.size(segment);
    }

    /** Lets go of the oldest files. */
    private void trim() throws IOException {
        List<Path> segments = segments();
        for (Path segment : segments.subList(0, Math.max(0, segments.size() - SEGMENTS))) {
            Files.deleteIfExists(segment);
        }
    }

    /** Lets go of files of which nothing is younger than {@code oldest}. */
    void forgetBefore(Instant oldest) throws IOException {
        List<Path> segments = segments();
        for (Path segment : segments.subList(0, Math.max(0, segments.size() - 1))) {
            if (Files.getLastModifiedTime(segment, LinkOption.NOFOLLOW_LINKS)
                    .toInstant()
                    .isBefore(oldest)) {
                Files.deleteIfExists(segment);
            }
        }
    }

    /** Moves files that a newer gpudiag has written out of the way, so that they are neither appended to nor let go. */
    int setNewerAside() throws IOException {
        int moved = 0;
        for (Path segment : segments()) {
            if (read(segment, event -> {}).newer() > 0) {
                new StateFile(segment, segmentBytes)
                        .setAside(StateFormatException.newer(EventFormat.SCHEMA_VERSION + 1));
                moved++;
            }
        }
        return moved;
    }

    /** Oldest first. */
    private List<Path> segments() throws IOException {
        List<Path> found = new ArrayList<>();
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return found;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                if (NAME.matcher(file.getFileName().toString()).matches()) {
                    found.add(file);
                }
            }
        }
        found.sort(null);
        return found;
    }
}
