package dev.gpudiag.agent.torch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.util.Locale;
import java.util.function.Consumer;

/** Writes small pickles by hand, opcode by opcode. */
final class Pickles {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Pickles raw(int... bytes) {
        for (int one : bytes) {
            out.write(one);
        }
        return this;
    }

    Pickles raw(String opcodes) {
        out.writeBytes(opcodes.getBytes(UTF_8));
        return this;
    }

    Pickles text(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        raw('X', bytes.length & 0xff, (bytes.length >> 8) & 0xff, (bytes.length >> 16) & 0xff, bytes.length >>> 24);
        out.writeBytes(bytes);
        return this;
    }

    Pickles number(int number) {
        return raw('J', number & 0xff, (number >> 8) & 0xff, (number >> 16) & 0xff, number >>> 24);
    }

    @SafeVarargs
    final Pickles list(Consumer<Pickles>... items) {
        raw("](");
        for (Consumer<Pickles> item : items) {
            item.accept(this);
        }
        return raw("e");
    }

    Pickles dict(String key, Consumer<Pickles> value) {
        raw("}(").text(key);
        value.accept(this);
        return raw("u");
    }

    Pickles dict(String key, Consumer<Pickles> value, String other, Consumer<Pickles> otherValue) {
        raw("}(").text(key);
        value.accept(this);
        text(other);
        otherValue.accept(this);
        return raw("u");
    }

    byte[] bytes() {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(0x80);
        whole.write(2);
        whole.writeBytes(out.toByteArray());
        whole.write('.');
        return whole.toByteArray();
    }

    InputStream stream() {
        return new ByteArrayInputStream(bytes());
    }

    @Override
    public String toString() {
        StringBuilder hex = new StringBuilder();
        for (byte one : bytes()) {
            hex.append(String.format(Locale.ROOT, "%02x", one));
        }
        return hex.toString();
    }
}
