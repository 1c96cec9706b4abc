package dev.gpudiag.agent.replay;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The text of a file and what was odd about its bytes.
 *
 * <p>A capture redirected by PowerShell is UTF-16; process names may be in any code page, so that bytes that are no UTF-8
 * are read as ISO 8859-1 with a warning.
 */
record CaptureText(String text, List<String> warnings) {

    CaptureText {
        warnings = List.copyOf(warnings);
    }

    static CaptureText decode(byte[] bytes) {
        Charset marked = byteOrderMark(bytes);
        if (marked != null) {
            int skip = marked.equals(StandardCharsets.UTF_8) ? 3 : 2;
            return new CaptureText(new String(bytes, skip, bytes.length - skip, marked), List.of());
        }
        if (bytes.length >= 2 && bytes[1] == 0 && bytes[0] != 0) {
            return new CaptureText(new String(bytes, StandardCharsets.UTF_16LE), List.of());
        }
        if (bytes.length >= 2 && bytes[0] == 0 && bytes[1] != 0) {
            return new CaptureText(new String(bytes, StandardCharsets.UTF_16BE), List.of());
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return new CaptureText(text, List.of());
        } catch (CharacterCodingException e) {
            return new CaptureText(
                    new String(bytes, StandardCharsets.ISO_8859_1), List.of("is not UTF-8; read as ISO 8859-1"));
        }
    }

    private static Charset byteOrderMark(byte[] bytes) {
        if (startsWith(bytes, 0xef, 0xbb, 0xbf)) {
            return StandardCharsets.UTF_8;
        }
        if (startsWith(bytes, 0xff, 0xfe)) {
            return StandardCharsets.UTF_16LE;
        }
        return startsWith(bytes, 0xfe, 0xff) ? StandardCharsets.UTF_16BE : null;
    }

    private static boolean startsWith(byte[] bytes, int... prefix) {
        if (bytes.length < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if ((bytes[i] & 0xff) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    /** The text from {@code start} on, with a warning where something stood before it. */
    CaptureText from(int start) {
        if (text.substring(0, start).isBlank()) {
            return new CaptureText(text.substring(start), warnings);
        }
        List<String> more = new ArrayList<>(warnings);
        long lines = text.substring(0, start).lines().count();
        more.add("what stands before the XML (" + lines + (lines == 1 ? " line" : " lines") + ") was left out");
        return new CaptureText(text.substring(start), more);
    }
}
