package dev.gpudiag.checks.memory.oom;

import java.math.BigInteger;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The figures in messages of serving engines, JAX, TensorFlow, CUDA and the host. */
final class OtherMessage {

    private static final Pattern REQUESTED = Pattern.compile("(?:while trying to allocate|trying to allocate|"
            + "tried to allocate|Out of memory allocating|failed to allocate|allocating) " + ByteAmount.PATTERN);
    private static final Pattern WITH_COMMAS =
            Pattern.compile("Out of memory allocating (\\d{1,3}(?:,\\d{3}){1,5}) bytes");
    private static final Pattern EXACT = Pattern.compile("\\((\\d{1,15}) bytes\\)|\\(rounded to (\\d{1,15})\\)");
    private static final Pattern TENSOR =
            Pattern.compile("tensor with shape ?\\[([\\d,]{1,100})] and type (\\w{1,16})");
    private static final Pattern DEVICE = Pattern.compile("(?:GPU[_: ]|cuda:|on device )(\\d{1,3})\\b");
    private static final Pattern LIMIT = Pattern.compile("\\bLimit: +(\\d{1,15})|memory_limit_: ?(\\d{1,15})");
    private static final Pattern IN_USE = Pattern.compile("\\bInUse: +(\\d{1,15})");
    private static final Pattern LARGEST = Pattern.compile("[Ll]argest[_ ]free[_ ]block(?:_bytes)?: +(\\d{1,15})");
    private static final Pattern KV_NEEDED = Pattern.compile(ByteAmount.PATTERN + " KV cache is needed");
    private static final Pattern KV_AVAILABLE =
            Pattern.compile("available KV cache memory \\(" + ByteAmount.PATTERN + "\\)");
    private static final Pattern FREE_OF = Pattern.compile(
            "\\((\\d{1,6}(?:\\.\\d{1,4})?)/(\\d{1,6}(?:\\.\\d{1,4})?) (GiB)\\) on startup is less than desired GPU memory"
                    + " utilization \\([\\d.]{1,8}, (\\d{1,6}(?:\\.\\d{1,4})?) GiB\\)");

    private OtherMessage() {}

    static Map<OomFigure, Long> figures(String text) {
        Map<OomFigure, Long> figures = new EnumMap<>(OomFigure.class);
        put(figures, OomFigure.REQUESTED, requested(text));
        put(figures, OomFigure.REQUESTED, ByteAmount.find(KV_NEEDED, text));
        put(figures, OomFigure.FREE, ByteAmount.find(KV_AVAILABLE, text));
        put(figures, OomFigure.CAPACITY, number(LIMIT, text));
        put(figures, OomFigure.ALLOCATED, number(IN_USE, text));
        put(figures, OomFigure.LARGEST_FREE, number(LARGEST, text));
        Matcher free = FREE_OF.matcher(text);
        if (free.find()) {
            put(figures, OomFigure.FREE, ByteAmount.of(free.group(1), free.group(3)));
            put(figures, OomFigure.CAPACITY, ByteAmount.of(free.group(2), free.group(3)));
            put(figures, OomFigure.REQUESTED, ByteAmount.of(free.group(4), free.group(3)));
            put(
                    figures,
                    OomFigure.OTHERS,
                    OptionalLong.of(figures.get(OomFigure.CAPACITY) - figures.get(OomFigure.FREE)));
        }
        Long limit = figures.get(OomFigure.CAPACITY);
        Long used = figures.get(OomFigure.ALLOCATED);
        if (limit != null && used != null && limit >= used) {
            // an allocator that takes all of its memory at the start
            figures.put(OomFigure.RESERVED, limit);
            figures.put(OomFigure.UNALLOCATED, limit - used);
        }
        return figures;
    }

    static OptionalInt device(String text) {
        Matcher matcher = DEVICE.matcher(text);
        return matcher.find() ? OptionalInt.of(Integer.parseInt(matcher.group(1))) : OptionalInt.empty();
    }

    private static OptionalLong requested(String text) {
        OptionalLong exact = number(EXACT, text);
        if (exact.isPresent()) {
            return exact;
        }
        Matcher commas = WITH_COMMAS.matcher(text);
        if (commas.find()) {
            return ByteAmount.of(commas.group(1).replace(",", ""), "bytes");
        }
        OptionalLong said = ByteAmount.find(REQUESTED, text);
        return said.isPresent() ? said : tensor(text);
    }

    private static OptionalLong number(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            return OptionalLong.empty();
        }
        String digits = matcher.group(1);
        if (digits == null && matcher.groupCount() > 1) {
            digits = matcher.group(2);
        }
        return ByteAmount.of(digits, "bytes");
    }

    /** The size of a tensor of TensorFlow by its shape and type. */
    private static OptionalLong tensor(String text) {
        Matcher matcher = TENSOR.matcher(text);
        if (!matcher.find()) {
            return OptionalLong.empty();
        }
        BigInteger bytes = BigInteger.valueOf(bytesOf(matcher.group(2)));
        for (String length : matcher.group(1).split(",", -1)) {
            bytes = length.isEmpty() ? bytes : bytes.multiply(new BigInteger(length));
        }
        return bytes.signum() == 0 || bytes.bitLength() > 50
                ? OptionalLong.empty()
                : OptionalLong.of(bytes.longValueExact());
    }

    /** 0 for a type that is not known. */
    private static long bytesOf(String type) {
        return switch (type) {
            case "double", "int64", "uint64", "complex64" -> 8;
            case "float", "int32", "uint32" -> 4;
            case "half", "bfloat16", "int16", "uint16" -> 2;
            case "int8", "uint8", "bool" -> 1;
            default -> 0;
        };
    }

    private static void put(Map<OomFigure, Long> figures, OomFigure figure, OptionalLong bytes) {
        if (bytes.isPresent()) {
            figures.putIfAbsent(figure, bytes.getAsLong());
        }
    }
}
