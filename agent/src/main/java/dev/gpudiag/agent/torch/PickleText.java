package dev.gpudiag.agent.torch;

import java.math.BigInteger;
import java.util.regex.Pattern;

/** The values that the text opcodes of protocols 0 and 1 write as a line. */
final class PickleText {

    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,40}L?");

    private PickleText() {}

    /** A whole number, or a truth value, which protocol 0 writes as 00 or 01. */
    static Object number(String line) throws TorchFileException {
        if (line.equals("00") || line.equals("01")) {
            return line.equals("01");
        }
        if (!NUMBER.matcher(line).matches()) {
            throw new TorchFileException("not a pickle: a line that should be a whole number is not");
        }
        BigInteger value = new BigInteger(line.endsWith("L") ? line.substring(0, line.length() - 1) : line);
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
    }

    static double decimal(String line) throws TorchFileException {
        try {
            return Double.parseDouble(line);
        } catch (NumberFormatException e) {
            throw new TorchFileException("not a pickle: a line that should be a number is not", e);
        }
    }

    /** The text of a line with {@code \\uXXXX} and {@code \\UXXXXXXXX} for what is not Latin-1. */
    static String unescaped(String line) throws TorchFileException {
        if (line.indexOf('\\') < 0) {
            return line;
        }
        StringBuilder text = new StringBuilder(line.length());
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            char kind = c == '\\' && i + 1 < line.length() ? line.charAt(i + 1) : 0;
            int digits = kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
            if (digits == 0) {
                text.append(c);
            } else {
                text.appendCodePoint(codePoint(line, i + 2, digits));
                i += 1 + digits;
            }
        }
        return text.toString();
    }

    private static int codePoint(String line, int from, int digits) throws TorchFileException {
        try {
            int point = Integer.parseUnsignedInt(line.substring(from, Math.min(line.length(), from + digits)), 16);
            if (from + digits <= line.length() && Character.isValidCodePoint(point)) {
                return point;
            }
        } catch (NumberFormatException e) {
            throw new TorchFileException("not a pickle: a broken escape in a text", e);
        }
        throw new TorchFileException("not a pickle: a broken escape in a text");
    }
}
