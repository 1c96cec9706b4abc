package dev.gpudiag.agent.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;

/**
 * Takes the JSON files out of a tar stream (POSIX ustar); everything else is passed over and nothing is written.
 *
 * <p>Names of manifests and blobs are shorter than 100 characters, so that the long-name extensions are not needed.
 */
final class TarReader {

    private static final int BLOCK = 512;
    private static final int ENTRY_LIMIT = 100_000;
    private static final long TOTAL_LIMIT = 64L << 20;

    private final InputStream in;
    private final String archive;

    TarReader(InputStream in, String archive) {
        this.in = in;
        this.archive = archive;
    }

    Map<String, byte[]> smallFiles() throws IOException, ImageException {
        Map<String, byte[]> files = new HashMap<>();
        long total = 0;
        try {
            for (int entries = 0; ; entries++) {
                byte[] header = in.readNBytes(BLOCK);
                if (header.length < BLOCK || header[0] == 0) {
                    return files;
                }
                check(entries < ENTRY_LIMIT, "has more than " + ENTRY_LIMIT + " entries");
                check(new String(header, 257, 5, UTF_8).equals("ustar"), "is no tar archive and no JSON");
                long size = size(header);
                long padding = (BLOCK - size % BLOCK) % BLOCK;
                boolean regular = header[156] == '0' || header[156] == 0;
                if (regular && size > 0 && size <= ImageFiles.FILE_LIMIT) {
                    byte[] content = in.readNBytes((int) size);
                    if (content[0] == '{' || content[0] == '[') {
                        total += content.length;
                        check(total <= TOTAL_LIMIT, "has more than " + (TOTAL_LIMIT >> 20) + " MiB of JSON");
                        files.put(name(header), content);
                    }
                    in.skipNBytes(padding);
                } else {
                    in.skipNBytes(size + padding);
                }
            }
        } catch (EOFException e) {
            throw new ImageException(archive + " ends in the middle of an entry");
        }
    }

    private static String name(byte[] header) {
        String name = text(header, 0, 100);
        return name.startsWith("./") ? name.substring(2) : name;
    }

    private static String text(byte[] header, int from, int length) {
        int end = from;
        while (end < from + length && header[end] != 0) {
            end++;
        }
        return new String(header, from, end - from, UTF_8);
    }

    private long size(byte[] header) throws ImageException {
        boolean binary = (header[124] & 0x80) != 0;
        long size = 0;
        for (int i = binary ? 128 : 124; i < 136; i++) {
            int digit = header[i] & 0xff;
            if (binary) {
                check(size < 1L << 47, "has an entry of an impossible size");
                size = size << 8 | digit;
            } else if (digit >= '0' && digit <= '7') {
                size = size << 3 | (digit - '0');
            } else {
                check(digit == 0 || digit == ' ', "has an entry of an unreadable size");
            }
        }
        return size;
    }

    private void check(boolean holds, String sentence) throws ImageException {
        if (!holds) {
            throw new ImageException(archive + " " + sentence);
        }
    }
}
