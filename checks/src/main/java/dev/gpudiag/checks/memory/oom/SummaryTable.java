package dev.gpudiag.checks.memory.oom;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table of {@code torch.cuda.memory_summary()}, which may be cut off. Not thread-safe. */
final class SummaryTable {

    private static final Pattern HEADER =
            Pattern.compile("PyTorch (?:CUDA|HIP|XPU)? ?memory summary, device ID (\\d{1,4})");
    private static final Pattern COUNTERS =
            Pattern.compile("CUDA OOMs: (\\d{1,12}) *\\| *cudaMalloc retries: (\\d{1,12})");
    private static final Pattern ROW = Pattern.compile(
            "\\| *([A-Z][A-Za-z -]{1,40}?) *\\| *" + ByteAmount.PATTERN + " *\\| *" + ByteAmount.PATTERN + " *\\|.*");

    private final int device;
    private final long line;
    private final Map<OomFigure, Long> figures = new EnumMap<>(OomFigure.class);
    private OptionalLong failures = OptionalLong.empty();
    private OptionalLong retries = OptionalLong.empty();

    private SummaryTable(int device, long line) {
        this.device = device;
        this.line = line;
    }

    /** The table that begins with {@code text}; null where none does. */
    static SummaryTable beginning(String text, long line) {
        Matcher matcher = HEADER.matcher(text);
        return matcher.find() ? new SummaryTable(Integer.parseInt(matcher.group(1)), line) : null;
    }

    /** Whether {@code text} belongs to the table; logs may put something before each line. */
    boolean read(String text) {
        int bar = text.indexOf('|');
        if (bar < 0) {
            return false;
        }
        Matcher counters = COUNTERS.matcher(text);
        if (counters.find()) {
            failures = OptionalLong.of(Long.parseLong(counters.group(1)));
            retries = OptionalLong.of(Long.parseLong(counters.group(2)));
        }
        Matcher row = ROW.matcher(text.substring(bar).stripTrailing());
        if (row.matches()) {
            row(row.group(1), ByteAmount.of(row, 2), ByteAmount.of(row, 4));
        }
        return true;
    }

    private void row(String name, OptionalLong now, OptionalLong peak) {
        switch (name) {
            case "Allocated memory" -> {
                put(OomFigure.ALLOCATED, now);
                put(OomFigure.PEAK_ALLOCATED, peak);
            }
            case "GPU reserved memory" -> put(OomFigure.RESERVED, now);
            case "Non-releasable memory" -> put(OomFigure.INACTIVE_SPLIT, now);
            default -> {} // what the verdict does not need
        }
    }

    private void put(OomFigure figure, OptionalLong bytes) {
        if (bytes.isPresent()) {
            figures.put(figure, bytes.getAsLong());
        }
    }

    OomEvent event() {
        Long allocated = figures.get(OomFigure.ALLOCATED);
        Long reserved = figures.get(OomFigure.RESERVED);
        if (allocated != null && reserved != null && reserved >= allocated) {
            figures.put(OomFigure.UNALLOCATED, reserved - allocated);
        }
        return new OomEvent(
                OomSource.PYTORCH_SUMMARY,
                OomEvent.Kind.SUMMARY,
                line,
                1,
                OptionalInt.of(device),
                figures,
                List.of(),
                new OomEvent.Counters(failures, retries),
                Set.of(),
                false);
    }
}
