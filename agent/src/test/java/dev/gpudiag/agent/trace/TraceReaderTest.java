package dev.gpudiag.agent.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceReaderTest {

    private static final long MIB = 1 << 20;
    private static final String HEADING =
            "timestamp, index, memory.used [MiB], memory.total [MiB], utilization.gpu [%]";

    private final TraceReader reader = new TraceReader();

    private List<TracePoint> read(String... lines) throws TraceException {
        List<TracePoint> points = new ArrayList<>();
        for (String line : lines) {
            reader.read(line).ifPresent(points::add);
        }
        return points;
    }

    private static TracePoint point(double seconds, String gpu, long pid, long bytes) {
        return new TracePoint(
                seconds,
                gpu,
                pid < 0 ? OptionalLong.empty() : OptionalLong.of(pid),
                0,
                bytes,
                OptionalLong.empty(),
                OptionalDouble.empty());
    }

    @Test
    void nvidiaSmiOfGpusWithUnitsAndRepeatedHeadingsIsRead() throws TraceException {
        List<TracePoint> points = read(
                HEADING,
                "2026/11/23 12:00:00.250, 0, 754 MiB, 81559 MiB, 40 %",
                "",
                HEADING,
                "2026/11/23 12:00:30.250, 1, 755 MiB, 81559 MiB, [N/A]");

        double noon = Instant.parse("2026-11-23T12:00:00Z").getEpochSecond();
        assertThat(points)
                .containsExactly(
                        new TracePoint(
                                noon + 0.25,
                                "0",
                                OptionalLong.empty(),
                                0,
                                754 * MIB,
                                OptionalLong.of(81559 * MIB),
                                OptionalDouble.of(0.4)),
                        new TracePoint(
                                noon + 30.25,
                                "1",
                                OptionalLong.empty(),
                                0,
                                755 * MIB,
                                OptionalLong.of(81559 * MIB),
                                OptionalDouble.empty()));
        assertThat(reader.end()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "timestamp, memory.used [MiB];2026/11/23 12:00:00.000, 754;754",
                "timestamp, memory.used [MiB];2026/11/23 12:00:00.000, 754 MiB;754",
                "timestamp, memory.used;1795435200, 754;754",
                "timestamp, memory.used;1795435200000, 1 GiB;1024",
                "timestamp, memory.used [KiB];2026-11-23T12:00:00Z, 2048;2",
                "time,used_bytes;2026-11-23 12:00:00,1048576;1",
                "memory.used [MB], timestamp;754 MB, 2026/11/23 12:00:00.000;754"
            })
    void unitsStandInTheValueOrTheHeading(String heading, String line, long mib) throws TraceException {
        List<TracePoint> points = read(heading, line);

        assertThat(points).containsExactly(point(points.getFirst().seconds(), "0", -1, mib * MIB));
        assertThat(points.getFirst().seconds())
                .isEqualTo((double) Instant.parse("2026-11-23T12:00:00Z").getEpochSecond());
    }

    @ParameterizedTest
    @CsvSource({
        "uuid, GPU-d86c351b-8f94",
        "gpu_uuid, GPU-d86c351b-8f94",
        "pci.bus_id, 00000000:65:00.0",
        "index, 3",
        "gpu_name, Tesla T4"
    })
    void theGpuIsNamedByWhatTheTraceHas(String heading, String gpu) throws TraceException {
        assertThat(read("timestamp, " + heading + ", memory.used [MiB]", "100, " + gpu + ", 1 MiB"))
                .containsExactly(point(100, gpu, -1, MIB));
    }

    @Test
    void gpusOfOneNameAreToldApartByTheirOrder() throws TraceException {
        assertThat(read(
                        "timestamp, name, memory.used [MiB]",
                        "2026/11/23 12:00:00.001, Tesla T4, 1 MiB",
                        "2026/11/23 12:00:00.003, Tesla T4, 2 MiB",
                        "2026/11/23 12:00:05.001, Tesla T4, 3 MiB",
                        "2026/11/23 12:00:05.003, Tesla T4, 4 MiB"))
                .extracting(TracePoint::gpu)
                .containsExactly("Tesla T4", "Tesla T4 #2", "Tesla T4", "Tesla T4 #2");
    }

    @Test
    void processesAreReadAlsoWithCommasInTheirNames() throws TraceException {
        assertThat(read(
                        "timestamp, gpu_uuid, pid, process_name, used_gpu_memory [MiB]",
                        "100, GPU-1, 4711, python3 -c a,b, c, 10 MiB",
                        "100, GPU-1, 4712, [Not Found], [N/A]",
                        "100, GPU-1, 4713, java, 20 MiB"))
                .containsExactly(point(100, "GPU-1", 4711, 10 * MIB), point(100, "GPU-1", 4713, 20 * MIB));
        assertThat(reader.end()).containsExactly("1 values were not available");
    }

    @Test
    void plainCsvIsReadWithAndWithoutItsHeading() throws TraceException {
        assertThat(read("seconds,gpu,pid,used_bytes", "0,0,4711,1000", "30.5,GPU-a,,2000"))
                .containsExactly(point(0, "0", 4711, 1000), point(30.5, "GPU-a", -1, 2000));
        assertThat(new TraceReader().read("0,0,4711,1000")).contains(point(0, "0", 4711, 1000));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "2026/11/23 12:00:00.000, GPU-d86c351b-8f94, 754 MiB;GPU-d86c351b-8f94;-1",
                "2026/11/23 12:00:00.000, GPU-d86c351b-8f94, 754;GPU-d86c351b-8f94;-1",
                "2026/11/23 12:00:00.000, 2, 754 MiB;2;-1",
                "2026/11/23 12:00:00.000, 2, 754;2;-1",
                "2026/11/23 12:00:00.000, 00000000:65:00.0, 754;00000000:65:00.0;-1",
                "2026/11/23 12:00:00.000, GPU-d86c351b-8f94, 4711, 754 MiB;GPU-d86c351b-8f94;4711",
                "2026/11/23 12:00:00.000, GPU-d86c351b-8f94, 4711, 754;GPU-d86c351b-8f94;4711"
            })
    void aLineWithoutHeadingIsReadWhereItLeavesNoDoubt(String line, String gpu, long pid) throws TraceException {
        List<TracePoint> points = read(line);

        assertThat(points).containsExactly(point(points.getFirst().seconds(), gpu, pid, 754 * MIB));
    }

    @Test
    void aLineWithoutHeadingThatMayMeanTwoThingsIsRefusedUnlessTheColumnsAreNamed() throws TraceException {
        String line = "2026/11/23 12:00:00.000, 0, 754 MiB, 81559 MiB";
        assertThat(read(line)).isEmpty();
        assertThatThrownBy(reader::end).hasMessageContaining("line 1 ('2026/11/23");

        assertThat(TraceReader.withColumns("timestamp,index,memory.used,memory.total")
                        .read(line)
                        .orElseThrow()
                        .usedBytes())
                .isEqualTo(754 * MIB);
        assertThatThrownBy(() -> TraceReader.withColumns("index,pid")).isInstanceOf(TraceException.class);
    }

    @Test
    void itsOwnRecordingIsReadAsItWasWritten() throws TraceException {
        Instant at = Instant.parse("2026-11-23T12:00:00.500Z");
        TracePoint point = new TracePoint(
                at.toEpochMilli() / 1000.0,
                "GPU-1",
                OptionalLong.of(4711),
                991,
                5 * MIB,
                OptionalLong.of(80 * MIB),
                OptionalDouble.of(0.5));
        TracePoint whole = new TracePoint(
                at.toEpochMilli() / 1000.0,
                "GPU-1",
                OptionalLong.empty(),
                0,
                5 * MIB,
                OptionalLong.empty(),
                OptionalDouble.empty());

        assertThat(read(RecordedLine.write(at, point), RecordedLine.write(at, whole)))
                .containsExactly(point, whole);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"schema_version\":2,\"at\":\"2026-11-23T12:00:00Z\",\"gpu\":\"a\",\"used_bytes\":1}",
                "{\"schema_version\":1,\"at\":\"yesterday\",\"gpu\":\"a\",\"used_bytes\":1}",
                "{\"schema_version\":1,\"at\":\"2026-11-23T12:00:00Z\",\"gpu\":\"a\",\"used_bytes\":-1}",
                "{\"schema_version\":1,\"at\":\"2026-11-23T12:00:00Z\",\"gpu\":1,\"used_bytes\":1}",
                "{\"schema_version\":1,\"at\":\"2026-11-2"
            })
    void aRecordedLineThatIsNoneIsNotUnderstood(String line) throws TraceException {
        assertThat(read(line)).isEmpty();
        assertThatThrownBy(reader::end).hasMessageContaining("line 1");
    }

    @Test
    void whatStandsBetweenTheValuesIsCountedAndTold() throws TraceException {
        assertThat(read(
                        HEADING,
                        "2026/11/23 12:00:00.250, 0, 754 MiB, 81559 MiB, 40 %",
                        "Unable to determine the device handle for GPU0000:65:00.0: Unknown Error",
                        "2026/11/23 12:00:30.250, 0, 755 MiB, 81559 MiB, 40 %",
                        "2026/11/23 12:01:0"))
                .hasSize(2);
        assertThat(reader.end())
                .containsExactly("2 of 5 lines are not understood, the first is line 3"
                        + " ('Unable to determine the device handle for GPU0000:65:00.0: U')");
    }

    @Test
    void anEndOfSummerTimeIsNoDisorderAndJitterIsTold() throws TraceException {
        assertThat(read(
                        "timestamp, index, memory.used",
                        "2026/10/25 02:59:30.000, 0, 1",
                        "2026/10/25 02:00:00.000, 0, 2",
                        "2026/10/25 02:00:30.000, 0, 3",
                        "2026/10/25 02:00:29.000, 0, 4"))
                .extracting(point -> point.seconds() % 7200)
                .containsExactly(3570.0, 3600.0, 3630.0, 3630.0);
        assertThat(reader.end())
                .containsExactly(
                        "1 values are a little out of time order",
                        "an hour comes twice, taken for the end of summer time");
    }

    @Test
    void timeThatGoesBackIsOneError() throws TraceException {
        read("seconds,gpu,pid,used_bytes", "5000,0,1,1");

        assertThatThrownBy(() -> read("4000,0,1,1"))
                .hasMessage("line 3: time goes back by 1000 s; sort the trace by time");
        assertThat(new TraceReader().read("4000,0,1,1")).isPresent();
    }

    @Test
    void seriesOneAfterTheOtherAreInOrderEach() throws TraceException {
        assertThat(read("seconds,gpu,pid,used_bytes", "0,0,1,1", "9000,0,1,1", "0,0,2,1", "9000,0,2,1"))
                .hasSize(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "timestamp, index, memory.used [MiB];no values below the heading",
                "index, memory.used [MiB];a column with the time, or the used memory, is missing",
                "timestamp, index, name;a column with the time, or the used memory, is missing",
                "hello;no trace of used memory",
            })
    void aFileWithoutValuesSaysWhatIsMissing(String line, String message) throws TraceException {
        read(line);

        assertThatThrownBy(reader::end).isInstanceOf(TraceException.class).hasMessageContaining(message);
    }

    @Test
    void anEmptyFileAndOneWithoutAnyAvailableValueAreErrors() throws TraceException {
        assertThatThrownBy(() -> new TraceReader().end()).hasMessageContaining("no used memory in it");
        read(HEADING, "2026/11/23 12:00:00.250, 0, [N/A], [N/A], [N/A]");
        assertThatThrownBy(reader::end).hasMessageContaining("all 1 values are not available");
    }

    @Test
    void binaryIsRefusedAtOnceAndOtherTextBeforeItsEnd() {
        assertThatThrownBy(() -> read("\u0000\u0001ELF")).hasMessage("line 1: not text");
        TraceReader other = new TraceReader();
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 1000; i++) {
                        other.read("lorem ipsum " + i);
                    }
                })
                .isInstanceOf(TraceException.class);
    }

    @Test
    void mutatedTracesGivePointsOrOneMessage() {
        String trace = String.join(
                "\n",
                HEADING,
                "2026/11/23 12:00:00.250, 0, 754 MiB, 81559 MiB, 40 %",
                "2026/11/23 12:00:30.250, 0, 755 MiB, 81559 MiB, 40 %",
                "seconds,gpu,pid,used_bytes",
                "1795435300,0,4711,1000",
                "{\"schema_version\":1,\"at\":\"2026-11-23T12:10:00Z\",\"gpu\":\"a\",\"used_bytes\":1}");
        Random random = new Random(5);
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(trace);
            for (int change = 0; change <= random.nextInt(4); change++) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.setCharAt(at, (char) random.nextInt(0x250));
                    case 1 -> text.deleteCharAt(at);
                    default -> text.insert(at, ",{}[]\"\n9999999999999999999".charAt(random.nextInt(24)));
                }
            }
            TraceReader one = new TraceReader();
            TraceAnalysis analysis = new TraceAnalysis(OptionalLong.empty());
            try {
                for (String line : text.toString().split("\n", -1)) {
                    one.read(line).ifPresent(analysis::add);
                }
                one.end();
                read++;
            } catch (TraceException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
        assertThat(read).isGreaterThan(5_000);
    }
}
