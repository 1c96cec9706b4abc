package dev.gpudiag.agent.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;

/** Reads what modinfo prints from an uncompressed 64-bit kernel module, without reading the rest of the file. */
final class ElfModuleInfo {

    private static final int HEADER_BYTES = 64;
    private static final int SECTION_BYTES = 64;
    private static final int SECTION_LIMIT = 4096;
    private static final int TEXT_LIMIT = 64 * 1024;

    private final SeekableByteChannel file;

    private ElfModuleInfo(SeekableByteChannel file) {
        this.file = file;
    }

    /** The value of {@code key} in the section .modinfo; empty where this is not such a file. */
    static Optional<String> value(Path module, String key) throws IOException {
        try (SeekableByteChannel file =
                Files.newByteChannel(module, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            return new ElfModuleInfo(file)
                    .section(".modinfo")
                    .flatMap(text -> text.lines()
                            .filter(line -> line.startsWith(key + "="))
                            .map(line -> line.substring(key.length() + 1))
                            .findFirst());
        }
    }

    /** The text of a section with line breaks for its NULs. */
    private Optional<String> section(String wanted) throws IOException {
        ByteBuffer header = read(0, HEADER_BYTES);
        // 0x7f ELF, 64 bits, little endian: every machine that NVIDIA has a driver for
        if (header.remaining() < HEADER_BYTES || header.getInt(0) != 0x464c457f || header.getShort(4) != 0x0102) {
            return Optional.empty();
        }
        long offset = header.getLong(0x28);
        int count = Short.toUnsignedInt(header.getShort(0x3c));
        int names = Short.toUnsignedInt(header.getShort(0x3e));
        if (Short.toUnsignedInt(header.getShort(0x3a)) != SECTION_BYTES || count > SECTION_LIMIT || names >= count) {
            return Optional.empty();
        }
        ByteBuffer sections = read(offset, count * SECTION_BYTES);
        if (sections.remaining() < count * SECTION_BYTES) {
            return Optional.empty();
        }
        String nameTable = content(sections, names);
        for (int i = 0; i < count; i++) {
            int name = sections.getInt(i * SECTION_BYTES);
            if (name >= 0 && nameTable.startsWith(wanted + "\n", name)) {
                return Optional.of(content(sections, i));
            }
        }
        return Optional.empty();
    }

    private String content(ByteBuffer sections, int index) throws IOException {
        long offset = sections.getLong(index * SECTION_BYTES + 0x18);
        long size = sections.getLong(index * SECTION_BYTES + 0x20);
        ByteBuffer bytes = read(offset, Math.clamp(size, 0, TEXT_LIMIT));
        return StandardCharsets.ISO_8859_1.decode(bytes).toString().replace('\0', '\n');
    }

    /** What lies there, shorter at the end of the file. */
    private ByteBuffer read(long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        if (offset >= 0 && offset < file.size()) {
            file.position(offset);
            int count = 0;
            while (bytes.hasRemaining() && count >= 0) {
                count = file.read(bytes);
            }
        }
        return bytes.flip();
    }
}
