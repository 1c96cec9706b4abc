package dev.gpudiag.checks.memory.benchmark;

import dev.gpudiag.checks.memory.GrowthDetector;
import dev.gpudiag.checks.memory.GrowthOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * Runs every program and prints the table; with a file as second argument, writes it into that file's generated section.
 *
 * <p>Arguments: runs per program, file.
 */
final class LeakBenchmark {

    private static final String BEGIN = "<!-- leak benchmark: generated -->\n";
    private static final String END = "<!-- end of leak benchmark -->";

    private LeakBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        int runs = Integer.parseInt(arguments[0]);
        List<Score> harmless = score(HarmlessPrograms.all(), runs);
        List<Score> leaking = score(LeakingPrograms.all(), runs);
        String text = new LeakTable(harmless, leaking).text() + cost();
        System.out.print(text);
        if (arguments.length > 1) {
            Path file = Path.of(arguments[1]);
            String page = Files.readString(file);
            int from = page.indexOf(BEGIN);
            int to = page.indexOf(END);
            if (from < 0 || to < from) {
                throw new IOException(file + " has no section " + BEGIN.strip());
            }
            Files.writeString(file, page.substring(0, from) + BEGIN + text + page.substring(to));
        }
    }

    private static List<Score> score(List<Program> programs, int runs) {
        return programs.stream()
                .map(program -> {
                    System.err.println(program.name());
                    return Score.of(program, runs);
                })
                .toList();
    }

    /** What a detector takes: bytes, and time of a judgement in the middle of a leak of two days. */
    private static String cost() {
        GrowthDetector detector = new GrowthDetector(GrowthOptions.standard());
        int judgements = 2 * 24 * 12;
        long nanos = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < judgements; i++) {
                int bucket = round * judgements + i;
                detector.add(Instant.ofEpochSecond(bucket * 300L), bucket * 5_000_000L + (i % 7) * 30_000_000L);
            }
            nanos = Math.min(nanos, System.nanoTime() - start);
        }
        return String.format(
                Locale.ROOT,
                "%nA detector keeps %,d bytes and judges in %d µs every five minutes while memory grows: 300 processes take"
                        + " %.1f MB and %.4f %% of a core.%n",
                detector.stateBytes(),
                nanos / judgements / 1000,
                300 * detector.stateBytes() / 1e6,
                300.0 * nanos / judgements / 1e9 / 300 * 100);
    }
}
