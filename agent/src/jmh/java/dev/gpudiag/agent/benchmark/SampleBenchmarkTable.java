package dev.gpudiag.agent.benchmark;

import java.io.PrintStream;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs every benchmark of this package and what they are compared with, and prints one Markdown table.
 *
 * <p>Times are wall clock; bytes are of the Java heap, over all threads. The forked JVM has the flags that {@code gpudiag
 * serve} starts with.
 */
public final class SampleBenchmarkTable {

    /** As the launcher of the package sets them for {@code serve}, where they bear on speed or memory. */
    private static final List<String> SERVE_FLAGS = List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xms6m",
            "-Xmx64m",
            "-Xmn3m",
            "-XX:ReservedCodeCacheSize=32m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    private final PrintStream out;

    private SampleBenchmarkTable(PrintStream out) {
        this.out = out;
    }

    /** Takes no arguments; the system properties say where simulator and pynvml lie. */
    public static void main(String[] arguments) throws Exception {
        Collection<RunResult> results = new Runner(options()).run();
        new SampleBenchmarkTable(System.out).print(results, Pynvml.sampleMicros());
    }

    private static Options options() {
        return new OptionsBuilder()
                .include(SampleBenchmarkTable.class.getPackageName().replace(".", "\\.") + "\\..*")
                .forks(1)
                .jvmArgsAppend(SERVE_FLAGS.toArray(String[]::new))
                .warmupIterations(3)
                .warmupTime(TimeValue.seconds(2))
                .measurementIterations(5)
                .measurementTime(TimeValue.seconds(2))
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
    }

    private void print(Collection<RunResult> results, Optional<Double> pynvmlMicros) {
        Row fast = row(results, r -> "PT24H".equals(r.getParams().getParam("slowInterval")));
        Row everything = row(results, r -> "PT0S".equals(r.getParams().getParam("slowInterval")));
        Row direct = row(results, r -> r.getParams().getBenchmark().endsWith(".directMapping"));
        Row function = row(results, r -> r.getParams().getBenchmark().endsWith(".functionObject"));
        out.println();
        out.println("| what | time | Java heap allocated | ratio of time |");
        out.println("|---|---:|---:|---:|");
        print("one sample of 8 GPUs, what changes within a second", fast, fast);
        print("one sample of 8 GPUs and their host, everything", everything, fast);
        pynvmlMicros.ifPresent(
                micros -> print("the first row's values through pynvml, 8 GPUs", new Row(micros, Double.NaN), fast));
        print("one NVML call, JNA direct mapping", direct, direct);
        print("one NVML call, JNA `Function` object", function, direct);
        out.println();
        if (pynvmlMicros.isEmpty()) {
            out.println("pynvml is left out: -Dgpudiag.real-nvml=DIR says where it lies");
        }
        out.printf(
                "Java %s, %d processors; the simulated driver answers at once, a real one does not (PCIe throughput alone"
                        + " takes 20 ms).%n",
                Runtime.version(), Runtime.getRuntime().availableProcessors());
    }

    private void print(String what, Row row, Row base) {
        out.printf(
                Locale.ROOT,
                "| %s | %s | %s | %.2f |%n",
                what,
                time(row.micros()),
                Double.isNaN(row.bytes()) ? "" : String.format(Locale.ROOT, "%,.0f B", row.bytes()),
                row.micros() / base.micros());
    }

    private static String time(double micros) {
        return micros < 10
                ? String.format(Locale.ROOT, "%.3f µs", micros)
                : String.format(Locale.ROOT, "%,.0f µs", micros);
    }

    private static Row row(Collection<RunResult> results, Predicate<RunResult> wanted) {
        RunResult result = results.stream().filter(wanted).findFirst().orElseThrow();
        // the label has a prefix in some versions of JMH
        double bytes = result.getSecondaryResults().keySet().stream()
                .filter(label -> label.endsWith("gc.alloc.rate.norm"))
                .mapToDouble(label -> result.getSecondaryResults().get(label).getScore())
                .findFirst()
                .orElseThrow();
        return new Row(result.getPrimaryResult().getScore(), bytes);
    }

    /**
     * What one operation costs.
     *
     * @param bytes of the Java heap, NaN where there is none
     */
    private record Row(double micros, double bytes) {}
}
