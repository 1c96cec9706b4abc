package dev.gpudiag.agent.torch;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The fields of one dictionary of a snapshot, with the place for messages.
 *
 * @param where such as {@code segment 3 block 2}
 */
record SnapshotFields(PickleDict dict, String where) {

    /** No device has as much: sums of sizes below this never overflow. */
    private static final long SIZE_LIMIT = 1L << 43;

    private static final int TEXT_LIMIT = 64;

    /** An amount of bytes. */
    OptionalLong size(String name) throws TorchFileException {
        Optional<Object> value = dict.get(name);
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        if (value.get() instanceof Long size && size >= 0 && size < SIZE_LIMIT) {
            return OptionalLong.of(size);
        }
        throw wrong(name, "no possible amount of bytes");
    }

    /** A number of 64 bits, signed or not. */
    Optional<Long> bits(String name) throws TorchFileException {
        Optional<Object> value = dict.get(name);
        return switch (value.orElse(null)) {
            case null -> Optional.empty();
            case Long number -> Optional.of(number);
            case BigInteger number
            when number.signum() > 0 && number.bitLength() <= Long.SIZE -> Optional.of(number.longValue());
            default -> throw wrong(name, "no number of 64 bits");
        };
    }

    Optional<String> text(String name) throws TorchFileException {
        Optional<Object> value = dict.get(name);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (value.get() instanceof String text) {
            return Optional.of(text.length() <= TEXT_LIMIT ? text : text.substring(0, TEXT_LIMIT));
        }
        throw wrong(name, "no text");
    }

    boolean flag(String name) throws TorchFileException {
        Object value = dict.get(name).orElse(false);
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw wrong(name, "neither True nor False");
    }

    /** The items of a list or tuple; none where it is not there. */
    List<Object> items(String name) throws TorchFileException {
        Object value = dict.get(name).orElse(null);
        return switch (value) {
            case null -> List.of();
            case PickleList list -> list.items();
            default -> throw wrong(name, "no list");
        };
    }

    TorchFileException wrong(String name, String complaint) {
        return new TorchFileException(where + ": " + name + " is " + complaint);
    }
}
