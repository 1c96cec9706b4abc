package dev.gpudiag.agent.host.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** The lines of a large file of short lines; of a longer line, or beyond the limit, nothing is kept. */
final class ShortLines {

    private static final int BUFFER = 64 * 1024;
    private static final int LINE_LIMIT = 512;

    private ShortLines() {}

    /**
     * Gives the lines that begin with one of some letters.
     *
     * @param firstLetters lines that begin with another are left behind without a copy
     * @param limit bytes that are read at most
     */
    static void read(InputStream in, String firstLetters, int limit, Consumer<String> lines) throws IOException {
        byte[] buffer = new byte[BUFFER];
        byte[] line = new byte[LINE_LIMIT];
        int length = 0;
        int total = 0;
        for (int count = in.read(buffer); count >= 0 && total <= limit; count = in.read(buffer)) {
            total += count;
            for (int i = 0; i < count; i++) {
                if (buffer[i] != '\n') {
                    if (length < LINE_LIMIT) {
                        line[length] = buffer[i];
                    }
                    length++;
                    continue;
                }
                give(line, length, firstLetters, lines);
                length = 0;
            }
        }
        give(line, length, firstLetters, lines);
    }

    private static void give(byte[] line, int length, String firstLetters, Consumer<String> lines) {
        if (length == 0 || length > LINE_LIMIT || firstLetters.indexOf(line[0]) < 0) {
            return;
        }
        lines.accept(new String(line, 0, length, StandardCharsets.UTF_8));
    }
}
