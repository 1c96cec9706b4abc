package dev.gpudiag.agent.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which native call each thread is in, in a file that outlives a crash of this process: the next one reads what it was.
 *
 * <p>A mapped file: to write into it takes no system call. It has {@link #BYTES} bytes, and is gone after an end as it should
 * be. A crash of the whole machine leaves it as the disk last had it. Thread-safe: each slot has one writer.
 */
public final class CallFile implements AutoCloseable {

    /** The slot of calls that are about no GPU. */
    public static final int NODE = -1;

    static final int BYTES = 4096;
    private static final String FILE = "calls";
    private static final int SLOT = 64;
    private static final int SLOTS = BYTES / SLOT;
    private static final Pattern FUNCTION = Pattern.compile("nvml[A-Za-z0-9_]{1,59}");

    private final Path path;
    private final MappedByteBuffer slots;
    private final List<String> before;

    private CallFile(Path path, MappedByteBuffer slots, List<String> before) {
        this.path = path;
        this.slots = slots;
        this.before = before;
    }

    /**
     * Reads what an earlier process left, and begins anew.
     *
     * @throws IOException where the directory cannot be written
     */
    public static CallFile open(Path directory) throws IOException {
        Path path = directory.resolve(FILE);
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(path + " is no regular file");
        }
        try (FileChannel channel = FileChannel.open(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS)) {
            List<String> before = read(channel);
            // written before it is mapped: to touch a page that a full disk has no room for would kill the process
            channel.truncate(BYTES);
            ByteBuffer empty = ByteBuffer.allocate(BYTES);
            while (empty.hasRemaining()) {
                channel.write(empty, empty.position());
            }
            return new CallFile(path, channel.map(MapMode.READ_WRITE, 0, BYTES), before);
        }
    }

    private static List<String> read(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) > 0) {}
        List<String> calls = new ArrayList<>();
        for (int slot = 0; slot < SLOTS; slot++) {
            String function = new String(bytes.array(), slot * SLOT, SLOT, StandardCharsets.ISO_8859_1);
            int end = function.indexOf(0);
            if (end > 0 && FUNCTION.matcher(function.substring(0, end)).matches()) {
                calls.add(function.substring(0, end) + (slot == 0 ? "" : " of GPU " + (slot - 1)));
            }
        }
        return calls;
    }

    /** The calls in which an earlier process ended, such as {@code nvmlDeviceGetTemperature of GPU 3}. */
    public List<String> before() {
        return before;
    }

    /**
     * A thread is about to make a call.
     *
     * @param gpu NVML's index, or {@link #NODE}
     */
    public void entered(int gpu, String function) {
        byte[] name = function.getBytes(StandardCharsets.ISO_8859_1);
        byte[] slot = new byte[SLOT];
        System.arraycopy(name, 0, slot, 0, Math.min(name.length, SLOT - 1));
        write(gpu, slot);
    }

    /** That thread is back. */
    public void left(int gpu) {
        write(gpu, new byte[SLOT]);
    }

    private void write(int gpu, byte[] slot) {
        int number = gpu - NODE;
        if (number >= 0 && number < SLOTS) {
            slots.put(number * SLOT, slot);
        }
    }

    /** The process ends as it should: there is nothing to tell. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(path);
    }
}
