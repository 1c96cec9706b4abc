package dev.gpudiag.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.telemetry.SampleSource;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnalyzeMemoryCommandTest {

    private static final long MIB = 1 << 20;
    private static final int HOUR = 3600;

    private final CommandRun command =
            new CommandRun(new FakeNode(Nodes.node(SampleSource.live(), Nodes.answering(0, 1))), FakeChecks.heat());

    @TempDir
    private Path folder;

    /** Flat for three hours, then 600 MiB an hour. */
    private static long leak(int second) {
        return (20_000 + Math.max(0, second - 3 * HOUR) * 600L / HOUR) * MIB;
    }

    private Path plain(int hours, IntToLongFunction used) throws IOException {
        Path file = folder.resolve("plain.csv");
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("seconds,gpu,pid,used_bytes\n");
            for (int second = 0; second <= hours * HOUR; second += 30) {
                out.write(second + ",0,4711," + used.applyAsLong(second) + "\n");
                out.write(second + ",0,4712," + (5_000 + second % 7) * MIB + "\n");
            }
        }
        return file;
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(command.out());
    }

    @Test
    void aLeakIsFoundWithItsTimesSlopeAndEndInTheDocumentedJson() throws IOException {
        int code = command.run(
                "analyze-memory",
                "--json",
                "--gpu-memory",
                "40GiB",
                plain(15, AnalyzeMemoryCommandTest::leak).toString());

        JsonNode series = json().path("series");
        assertThat(series).hasSize(2);
        JsonNode leak = series.path(0);
        assertThat(leak.fieldNames())
                .toIterable()
                .containsExactly(
                        "gpu",
                        "pid",
                        "levels",
                        "cleared_at",
                        "slope_bytes_per_hour",
                        "slope_low",
                        "slope_high",
                        "exhaustion_seconds",
                        "why");
        assertThat(leak.path("gpu").textValue()).isEqualTo("0");
        assertThat(leak.path("pid").longValue()).isEqualTo(4711);
        assertThat(leak.path("levels").fieldNames())
                .toIterable()
                .containsExactly("suspect_at", "likely_at", "confirmed_at");
        assertThat(leak.path("levels").path("likely_at").doubleValue()).isBetween(3.0 * HOUR, 6.0 * HOUR);
        assertThat(leak.path("levels").path("confirmed_at").doubleValue()).isBetween(3.0 * HOUR, 11.0 * HOUR);
        assertThat(leak.path("slope_bytes_per_hour").doubleValue()).isBetween(500.0 * MIB, 640.0 * MIB);
        assertThat(leak.path("slope_low").doubleValue())
                .isLessThanOrEqualTo(leak.path("slope_bytes_per_hour").doubleValue());
        double headroom = 40 * 1024 - 27_200 - 5_000;
        assertThat(leak.path("exhaustion_seconds").doubleValue())
                .isBetween(0.9 * headroom / 600 * HOUR, 1.2 * headroom / 600 * HOUR);
        JsonNode flat = series.path(1);
        assertThat(flat.path("levels")).allMatch(JsonNode::isNull);
        assertThat(flat.path("cleared_at")).isEmpty();
        assertThat(flat.path("exhaustion_seconds").isNull()).isTrue();
        assertThat(code).as("full within a day").isEqualTo(2);
    }

    @Test
    void aLeakThatStopsIsCleared() throws IOException {
        Path file = plain(16, second -> leak(Math.min(second, 10 * HOUR)));

        assertThat(command.run("analyze-memory", "--json", file.toString())).isZero();
        JsonNode leak = json().path("series").path(0);
        assertThat(leak.path("levels").path("likely_at").isNumber()).isTrue();
        assertThat(leak.path("cleared_at")).isNotEmpty();
        assertThat(leak.path("cleared_at").path(0).doubleValue()).isBetween(10.0 * HOUR, 11.5 * HOUR);
        assertThat(leak.path("slope_bytes_per_hour").isNull()).isTrue();
    }

    @Test
    void theTextShowsTheWorstFirstWithAPictureInAscii() throws IOException {
        assertThat(command.run(
                        "analyze-memory",
                        "--gpu-memory",
                        "80GiB",
                        plain(15, AnalyzeMemoryCommandTest::leak).toString()))
                .isEqualTo(1);
        assertThat(command.out())
                .startsWith("WARNING  gpu 0 pid 4711: confirmed leak, 26.6 GiB at the end, 1801 samples over 15.0 h\n")
                .contains("grows by ", "full in ", "looks the same:", "confirmed after")
                .contains("OK       gpu 0 pid 4712: no leak seen")
                .contains("26.6 GiB |", "15 h")
                .matches("(?s)[\\x20-\\x7e\\n]*");
    }

    @Test
    void aCallerWithUtf8GetsBlockCharacters() throws IOException {
        command.environment.put("GPUDIAG_UTF8", "1");
        command.colour = true;

        command.run("analyze-memory", plain(4, second -> second * MIB).toString());

        assertThat(command.out()).contains("\u2588", "\u001b[");
    }

    @Test
    void aCallerWithoutUtf8GetsNoneAlthoughTheLauncherRunsJavaInUtf8() throws IOException {
        command.environment.put("LC_ALL", "C.UTF-8");
        command.colour = true;

        command.run("analyze-memory", plain(4, second -> second * MIB).toString());

        assertThat(command.out()).contains("\u001b[").matches("(?s)[\\x1b\\x20-\\x7e\\n]*");
    }

    @Test
    void theOutputOfNvidiaSmiInLocalTimeOverTheEndOfSummerTimeIsOneTrace() throws IOException {
        Path file = folder.resolve("smi.csv");
        LocalDateTime begin = LocalDateTime.of(2026, 10, 24, 22, 0);
        DateTimeFormatter format = DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss.SSS", Locale.ROOT);
        String heading = "timestamp, uuid, memory.used [MiB], memory.total [MiB]\n";
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write(heading);
            for (int second = 0; second <= 14 * HOUR; second += 30) {
                LocalDateTime time = begin.plusSeconds(second < 5 * HOUR ? second : second - HOUR);
                out.write(second % 6000 == 0 ? heading : "");
                for (int gpu = 0; gpu < 2; gpu++) {
                    out.write(format.format(time) + ", GPU-0000000" + gpu + ", "
                            + (gpu == 0 ? 15_000 : leak(second) / MIB) + " MiB, 81559 MiB\n");
                }
            }
        }

        assertThat(command.run("analyze-memory", "--json", file.toString())).isEqualTo(1);
        JsonNode leak = json().path("series").path(1);
        assertThat(leak.path("gpu").textValue()).isEqualTo("GPU-00000001");
        assertThat(leak.path("pid").isNull()).isTrue();
        assertThat(leak.path("levels").path("confirmed_at").doubleValue()).isBetween(3.0 * HOUR, 11.0 * HOUR);
        assertThat(leak.path("exhaustion_seconds").doubleValue()).isPositive();
        assertThat(command.err()).isEqualTo("gpudiag: an hour comes twice, taken for the end of summer time\n");
    }

    @Test
    void hostileFilesAreOneMessage() throws IOException {
        Path binary = folder.resolve("binary");
        byte[] bytes = new byte[1 << 20];
        new java.util.Random(1).nextBytes(bytes);
        Files.write(binary, bytes);
        Path line = folder.resolve("line");
        byte[] endless = new byte[20_000_000];
        java.util.Arrays.fill(endless, (byte) 'a');
        Files.write(line, endless);
        Path prose = folder.resolve("prose");
        Files.writeString(prose, "\u001b[31mlorem, ipsum\n".repeat(10_000));

        for (Path file : List.of(binary, line, prose, folder)) {
            assertThat(command.run("analyze-memory", file.toString()))
                    .as(file.toString())
                    .isEqualTo(ExitCodes.CONFIGURATION);
            assertThat(command.out()).isEmpty();
            assertThat(command.err().lines()).hasSize(1);
            assertThat(command.err()).doesNotContain("\u001b");
        }
        assertThat(command.run("analyze-memory", folder.resolve("none").toString()))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(command.run("analyze-memory", "--gpu-memory", "much", prose.toString()))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(command.run("analyze-memory", "--columns", "a,b", prose.toString()))
                .isEqualTo(ExitCodes.USAGE);
    }

    @Test
    void moreProcessesThanAnyNodeHasAreCountedAndLeftOut() throws IOException {
        Path file = folder.resolve("many.csv");
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int pid = 1; pid <= 3000; pid++) {
                out.write("10,0," + pid + ",1000\n");
            }
        }

        assertThat(command.run("analyze-memory", "--json", file.toString())).isZero();
        assertThat(json().path("series")).hasSize(2000);
        assertThat(command.err()).contains("more than 2000 processes: 1000 values of others are left out");
    }
}
