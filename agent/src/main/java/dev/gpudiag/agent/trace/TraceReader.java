package dev.gpudiag.agent.trace;

import dev.gpudiag.agent.trace.TraceColumns.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Reads a trace line by line: gpudiag's own recording, nvidia-smi's CSV, or {@code seconds,gpu,pid,used_bytes}.
 *
 * <p>Headings may come again. Lines that are not understood are counted; a file of which most are not is refused. Memory
 * does not grow with the file. Not thread-safe.
 */
public final class TraceReader {

    private static final int PATIENCE = 50;
    private static final int CELLS = 256;
    private static final int SHOWN = 60;

    /** Lines of one GPU within this time are several GPUs of the same name. */
    private static final double ONE_ROUND_SECONDS = 0.5;

    private final Optional<TraceColumns> given;
    private Optional<TraceColumns> columns;
    private final Map<String, Round> rounds = new HashMap<>();
    private final TraceOrder order = new TraceOrder();
    private long line;
    private long points;
    private long absent;
    private long odd;
    private String firstOdd = "";

    /** Lines of GPUs that share a name, told apart by their order. */
    private static final class Round {
        private double began = Double.NEGATIVE_INFINITY;
        private int number;
    }

    public TraceReader() {
        this(Optional.empty());
    }

    private TraceReader(Optional<TraceColumns> given) {
        this.given = given;
        this.columns = given;
    }

    /**
     * A reader of files without a heading.
     *
     * @param headings as {@code nvidia-smi --query-gpu=} takes them
     */
    public static TraceReader withColumns(String headings) throws TraceException {
        Optional<TraceColumns> columns =
                TraceColumns.ofHeading(cells(headings)).filter(found -> found.has(Role.TIME) && found.has(Role.USED));
        if (columns.isEmpty()) {
            throw new TraceException("columns must name timestamp and memory.used (or used_memory, used_bytes)");
        }
        return new TraceReader(columns);
    }

    /** The point of the next line; empty for headings, blank lines, absent values and what is not understood. */
    public Optional<TracePoint> read(String text) throws TraceException {
        line++;
        String trimmed = (line == 1 && text.startsWith("\ufeff") ? text.substring(1) : text).strip();
        if (trimmed.isEmpty() || trimmed.startsWith("#")) {
            return Optional.empty();
        }
        if (trimmed.indexOf('\0') >= 0) {
            throw new TraceException("line " + line + ": not text");
        }
        Optional<TracePoint> point = RecordedLine.looksLike(trimmed) ? recorded(trimmed) : csv(trimmed);
        if (point.isPresent()) {
            points++;
            return Optional.of(order.inOrder(point.get(), line));
        }
        if (odd > PATIENCE && odd > points) {
            throw refused();
        }
        return Optional.empty();
    }

    private Optional<TracePoint> recorded(String text) {
        Optional<TracePoint> point = RecordedLine.read(text);
        if (point.isEmpty()) {
            odd(text);
        }
        return point;
    }

    private Optional<TracePoint> csv(String text) {
        List<String> cells = cells(text);
        Optional<TraceColumns> heading = TraceColumns.ofHeading(cells);
        if (heading.isPresent()) {
            columns = given.or(() -> heading);
            return Optional.empty();
        }
        if (columns.isEmpty()) {
            columns = TraceColumns.guess(cells);
        }
        if (columns.isEmpty()) {
            odd(text);
            return Optional.empty();
        }
        return point(columns.get(), joined(cells, columns.get()), text);
    }

    private Optional<TracePoint> point(TraceColumns known, List<String> cells, String text) {
        OptionalDouble seconds = known.seconds(cells);
        Optional<String> used = known.cell(cells, Role.USED);
        Optional<String> pid = known.cell(cells, Role.PID).filter(number -> !TraceAmount.isAbsent(number));
        if (seconds.isPresent() && used.filter(TraceAmount::isAbsent).isPresent()) {
            absent++;
            return Optional.empty();
        }
        OptionalLong bytes = known.bytes(cells, Role.USED);
        boolean pidIsOdd = pid.filter(number -> !number.matches("\\d{1,18}")).isPresent();
        if (seconds.isEmpty() || bytes.isEmpty() || pidIsOdd || cells.size() < known.size()) {
            odd(text);
            return Optional.empty();
        }
        String gpu = known.gpu(cells).orElse("0");
        return Optional.of(new TracePoint(
                seconds.getAsDouble(),
                known.namesAreShared() && pid.isEmpty() ? numbered(gpu, seconds.getAsDouble()) : gpu,
                pid.map(Long::parseLong).map(OptionalLong::of).orElse(OptionalLong.empty()),
                0,
                bytes.getAsLong(),
                known.bytes(cells, Role.TOTAL),
                known.cell(cells, Role.UTILIZATION).map(TraceAmount::ratio).orElse(OptionalDouble.empty())));
    }

    private String numbered(String gpu, double seconds) {
        Round round = rounds.computeIfAbsent(gpu, name -> new Round());
        if (Math.abs(seconds - round.began) < ONE_ROUND_SECONDS) {
            round.number++;
        } else {
            round.began = seconds;
            round.number = 0;
        }
        return round.number == 0 ? gpu : gpu + " #" + (round.number + 1);
    }

    /** nvidia-smi does not quote: a comma in a process's name makes cells too many, which are put together again. */
    private static List<String> joined(List<String> cells, TraceColumns known) {
        int surplus = cells.size() - known.size();
        Optional<Integer> name = known.place(Role.PROCESS).or(() -> known.place(Role.NAME));
        if (surplus <= 0 || name.isEmpty()) {
            return cells;
        }
        int from = name.get();
        List<String> joined = new ArrayList<>(cells.subList(0, from));
        joined.add(String.join(",", cells.subList(from, from + surplus + 1)));
        joined.addAll(cells.subList(from + surplus + 1, cells.size()));
        return joined;
    }

    private static List<String> cells(String text) {
        return Arrays.stream(text.split(",", CELLS)).map(String::strip).toList();
    }

    private void odd(String text) {
        odd++;
        if (firstOdd.isEmpty()) {
            firstOdd = "line " + line + " ('" + text.substring(0, Math.min(SHOWN, text.length())) + "')";
        }
    }

    private TraceException refused() {
        String wanted = "; expected nvidia-smi's CSV with timestamp and memory.used or used_memory,"
                + " seconds,gpu,pid,used_bytes, or gpudiag's own recording";
        return new TraceException(
                odd == 0 ? "no used memory in it" + wanted : "no trace of used memory: " + firstOdd + wanted);
    }

    /**
     * What the user must know of the whole file.
     *
     * @throws TraceException for a file without a single value, or of which most is something else
     */
    public List<String> end() throws TraceException {
        if (points == 0 && absent > 0) {
            throw new TraceException("no used memory in it: all " + absent + " values are not available");
        }
        if (points == 0 && odd == 0 && columns.isPresent()) {
            boolean useful = columns.get().has(Role.TIME) && columns.get().has(Role.USED);
            throw new TraceException(
                    useful ? "no values below the heading" : "a column with the time, or the used memory, is missing");
        }
        if (points == 0 && columns.isPresent() && !columns.get().has(Role.TIME)) {
            throw new TraceException("no column with the time: record with --query-gpu=timestamp,index,memory.used");
        }
        if (points == 0 || odd > points) {
            throw refused();
        }
        List<String> warnings = new ArrayList<>(order.warnings());
        if (odd > 0) {
            warnings.add(odd + " of " + line + " lines are not understood, the first is " + firstOdd);
        }
        if (absent > 0) {
            warnings.add(absent + " values were not available");
        }
        return warnings;
    }
}
