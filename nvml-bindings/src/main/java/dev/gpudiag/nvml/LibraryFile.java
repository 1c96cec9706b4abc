package dev.gpudiag.nvml;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file that may be an NVML library, looked at before the dynamic linker runs its code.
 *
 * <p>Sections hold what is needed: .dynstr the names of exported functions, .rodata the version as a text of its own,
 * which is how a file named just libnvidia-ml.so.1 tells it (R470 and R535 both do).
 */
final class LibraryFile {
    /** A reason for people why a file is not a usable library. */
    static final class NotNvml extends Exception {
        private static final long serialVersionUID = 1L;

        NotNvml(String reason) {
            super(reason, null, false, false);
        }
    }

    private static final int HEADER_BYTES = 64;
    private static final int SECTION_BYTES = 64;
    private static final int STRING_TABLE = 3;
    private static final int PROGRAM_DATA = 1;
    private static final long ALLOCATED = 2;
    private static final long WRITABLE_OR_CODE = 1 | 4;
    private static final long MOST_SECTION_BYTES = 32L << 20;
    private static final int MOST_SECTIONS = 1000;

    private static final Pattern VERSION_IN_NAME = Pattern.compile("libnvidia-ml\\.so\\.(\\d+\\.\\d+(?:\\.\\d+)*)");
    private static final Pattern VERSION_TEXT = Pattern.compile("\\x00(\\d{3}\\.\\d{2,3}(?:\\.\\d{2})?)\\x00");

    private final boolean nvml;
    private final Optional<String> version;

    private LibraryFile(boolean nvml, Optional<String> version) {
        this.nvml = nvml;
        this.version = version;
    }

    /** The version that a real NVML library of this file is of, if it tells. */
    static Optional<String> validate(Path file) throws NotNvml {
        if (Files.isDirectory(file)) {
            throw new NotNvml("is a directory");
        }
        LibraryFile library;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            library = read(channel);
        } catch (AccessDeniedException e) {
            throw new NotNvml("no right to read it");
        } catch (NoSuchFileException e) {
            throw new NotNvml("no such file");
        } catch (IOException e) {
            throw new NotNvml("cannot be read: " + e.getMessage());
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new NotNvml("is a damaged ELF file");
        }
        if (!library.nvml) {
            throw new NotNvml("is a library, but not NVML: it has no nvmlInit_v2");
        }
        Matcher named = VERSION_IN_NAME.matcher(String.valueOf(file.getFileName()));
        return named.matches() ? Optional.of(named.group(1)) : library.version;
    }

    private static LibraryFile read(FileChannel channel) throws IOException, NotNvml {
        ByteBuffer header = bytes(channel, 0, HEADER_BYTES);
        checkHeader(header);
        long table = header.getLong(40);
        int count = Short.toUnsignedInt(header.getShort(60));
        if (table <= 0 || count == 0 || count > MOST_SECTIONS) {
            throw new NotNvml("is an ELF file without sections");
        }
        ByteBuffer sections = bytes(channel, table, count * SECTION_BYTES);
        boolean nvml = false;
        Optional<String> version = Optional.empty();
        for (int i = 0; i < count; i++) {
            int at = i * SECTION_BYTES;
            int type = sections.getInt(at + 4);
            long flags = sections.getLong(at + 8);
            if ((flags & ALLOCATED) == 0 || (type != STRING_TABLE && type != PROGRAM_DATA)) {
                continue;
            }
            if (type == STRING_TABLE) {
                String names = text(channel, sections, at);
                nvml |= names.contains("\0nvmlInit_v2\0") && names.contains("\0nvmlErrorString\0");
            } else if ((flags & WRITABLE_OR_CODE) == 0 && version.isEmpty()) {
                Matcher matcher = VERSION_TEXT.matcher(text(channel, sections, at));
                version = matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
            }
        }
        return new LibraryFile(nvml, version);
    }

    private static void checkHeader(ByteBuffer header) throws NotNvml {
        boolean magic = header.remaining() >= 4 && header.getInt(0) == 0x464c457f;
        if (!magic) {
            throw new NotNvml("is not an ELF library");
        }
        if (header.remaining() < HEADER_BYTES) {
            throw new NotNvml("is a damaged ELF file");
        }
        if (header.get(4) != 2 || header.get(5) != 1) {
            throw new NotNvml("is not a 64-bit library");
        }
        int sharedObject = 3;
        if (header.getShort(16) != sharedObject) {
            throw new NotNvml("is an ELF file, but not a shared library");
        }
        int machine = Short.toUnsignedInt(header.getShort(18));
        int wanted = System.getProperty("os.arch").equals("aarch64") ? 183 : 62;
        if (machine != wanted) {
            throw new NotNvml("is for another kind of processor (ELF machine " + machine + ")");
        }
    }

    private static String text(FileChannel channel, ByteBuffer sections, int at) throws IOException {
        long offset = sections.getLong(at + 24);
        long size = Math.min(sections.getLong(at + 32), MOST_SECTION_BYTES);
        return new String(bytes(channel, offset, Math.toIntExact(size)).array(), StandardCharsets.ISO_8859_1);
    }

    private static ByteBuffer bytes(FileChannel channel, long offset, int size) throws IOException {
        long there = Math.clamp(channel.size() - offset, 0, size);
        ByteBuffer buffer = ByteBuffer.allocate((int) there).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining() && channel.read(buffer, offset + buffer.position()) >= 0) {
            // read on
        }
        return buffer.flip();
    }
}
