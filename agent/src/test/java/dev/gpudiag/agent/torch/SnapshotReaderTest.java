package dev.gpudiag.agent.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.agent.report.TorchJson;
import dev.gpudiag.checks.memory.torch.Block;
import dev.gpudiag.checks.memory.torch.Frame;
import dev.gpudiag.checks.memory.torch.Segment;
import dev.gpudiag.checks.memory.torch.Snapshot;
import dev.gpudiag.checks.memory.torch.SnapshotAnalysis;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotReaderTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path folder;

    private static Snapshot read(Path file) throws IOException, TorchFileException {
        try (InputStream in = Files.newInputStream(file)) {
            return SnapshotReader.read(in, true);
        }
    }

    private static JsonNode judged(Path file) throws IOException, TorchFileException {
        return JSON.readTree(TorchJson.of(SnapshotAnalysis.of(read(file))));
    }

    @Test
    void everyProtocolAndBothProducersGiveTheFiguresThatPythonComputes() throws Exception {
        PythonSnapshots.write(folder);
        Set<String> kinds = new HashSet<>();
        for (Path pickle : PythonSnapshots.pickles(folder)) {
            String kind = pickle.getFileName().toString().replaceFirst("-(\\d|jit)\\.pickle", "");
            kinds.add(kind);
            assertAgrees(judged(pickle), PythonSnapshots.json(folder.resolve(kind + ".json")), pickle.toString());
        }
        assertThat(kinds).containsExactlyInAnyOrder("new", "traces-first", "legacy", "shared", "one-block", "empty");
    }

    @Test
    void realSnapshotsGiveTheFiguresThatPythonComputes() throws Exception {
        Path captures = Path.of(System.getProperty("gpudiag.shared", "../shared"), "captures", "torch-snapshot");
        assumeTrue(Files.isDirectory(captures), "skipped: no captures at " + captures);
        List<Path> files = PythonSnapshots.pickles(captures);
        assertThat(files).isNotEmpty();
        for (Path file : files) {
            assertAgrees(judged(file), PythonSnapshots.judge(folder, file), file.toString());
        }
    }

    /** All that Python says is in the document; the document says more. */
    private static void assertAgrees(JsonNode found, JsonNode expected, String where) {
        if (expected.isObject()) {
            expected.properties()
                    .forEach(entry ->
                            assertAgrees(found.path(entry.getKey()), entry.getValue(), where + "." + entry.getKey()));
        } else if (expected.isArray()) {
            assertThat(found.size()).as(where).isEqualTo(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                assertAgrees(found.get(i), expected.get(i), where + "[" + i + "]");
            }
        } else if (expected.isFloatingPointNumber()) {
            assertThat(found.isNumber()).as(where).isTrue();
            assertThat(found.doubleValue()).as(where).isCloseTo(expected.doubleValue(), within(1e-12));
        } else {
            assertThat(found.asText()).as(where).isEqualTo(expected.asText());
        }
    }

    @Test
    void framesAreThoseOfTheFileAndSharedLists() throws Exception {
        PythonSnapshots.write(folder);
        for (String kind : List.of("new", "legacy")) {
            for (String suffix : List.of("0", "1", "2", "4", "5", "jit")) {
                Snapshot snapshot = read(folder.resolve(kind + "-" + suffix + ".pickle"));
                Block block = blocks(snapshot)
                        .filter(one -> !one.frames().isEmpty())
                        .findFirst()
                        .orElseThrow();
                Frame frame = block.frames().getFirst();
                assertThat(block.frames()).hasSize(2);
                assertThat(frame.function()).isEqualTo("forward" + frame.line());
                assertThat(frame.file()).isEqualTo("/home/u/model/layers" + frame.line() % 3 + ".py");
                assertThat(block.requested()).isNotEmpty();
            }
        }
        Set<Object> lists = Collections.newSetFromMap(new IdentityHashMap<>());
        blocks(read(folder.resolve("new-4.pickle"))).forEach(block -> lists.add(block.frames()));
        assertThat(lists).hasSize(7);
    }

    private static Stream<Block> blocks(Snapshot snapshot) {
        return snapshot.segments().stream().flatMap(segment -> segment.blocks().stream());
    }

    @Test
    void addressesAboveTwoToTheSixtyThreeAreUnsignedAndMissingOnesAreDerived() throws Exception {
        PythonSnapshots.write(folder);
        for (String file : List.of("new-2.pickle", "new-0.pickle", "new-jit.pickle")) {
            Snapshot snapshot = read(folder.resolve(file));
            assertThat(snapshot.segments().stream().map(Segment::address))
                    .as(file)
                    .anyMatch(address -> address >>> 40 == 0xFFFF80)
                    .anyMatch(address -> address >>> 40 == 0x7F);
            assertThat(snapshot.segments().stream().map(segment -> segment.pool().stream()))
                    .as(file)
                    .contains(0x8000000000000123L);
            assertThat(snapshot.traceEntries()).as(file).isEqualTo(2504);
            assertThat(snapshot.notes()).as(file).isEmpty();
        }
        Segment legacy = read(folder.resolve("legacy-4.pickle")).segments().getLast();
        long next = legacy.address();
        for (Block block : legacy.blocks()) {
            assertThat(block.address()).isEqualTo(next);
            next += block.size();
        }
    }

    @Test
    void whatTheFileDoesNotSayIsWorkedOutAndWhatDoesNotFitIsNoted() throws Exception {
        Snapshot snapshot = SnapshotReader.read(
                new Pickles()
                                .dict(
                                        "segments",
                                        list -> list.list(segment -> segment.dict(
                                                "total_size", number -> number.number(4096),
                                                "blocks",
                                                        blocks -> blocks.list(
                                                                block -> block.dict(
                                                                        "size",
                                                                        size -> size.number(1024),
                                                                        "state",
                                                                        s -> s.text("inactive")),
                                                                block -> block.dict(
                                                                        "size", size -> size.number(2048),
                                                                        "state", s -> s.text("active_allocated"))))))
                                .stream(),
                true);
        Segment segment = snapshot.segments().getFirst();
        assertThat(segment.total()).isEqualTo(4096);
        assertThat(segment.allocated()).isEqualTo(2048);
        assertThat(segment.active()).isEqualTo(2048);
        assertThat(segment.blocks().getFirst().requested()).isEqualTo(OptionalLong.empty());
        assertThat(snapshot.notes()).containsExactly("segment 0: total_size is 4096, its blocks add up to 3072");
    }

    @Test
    void aPickleThatIsNoSnapshotSaysSo() {
        assertThat(refusal(new Pickles().number(5))).contains("no memory snapshot");
        assertThat(refusal(new Pickles().dict("a", value -> value.number(1)))).contains("no list of segments");
        assertThat(refusal(new Pickles().list(item -> item.number(1)))).contains("segment 0 is no dictionary");
        assertThat(refusal(new Pickles()
                        .dict(
                                "segments",
                                list -> list.list(segment -> segment.dict(
                                        "blocks",
                                        blocks -> blocks.list(block -> block.dict("size", size -> size.number(-1))))))))
                .isEqualTo("segment 0 block 0: size is no possible amount of bytes");
    }

    private static String refusal(Pickles pickle) {
        try {
            SnapshotReader.read(pickle.stream(), true);
        } catch (TorchFileException e) {
            return e.getMessage();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("not refused");
    }

    @Test
    void aFileThatEndsEarlySaysWhere() throws Exception {
        PythonSnapshots.write(folder);
        byte[] whole = Files.readAllBytes(folder.resolve("one-block-4.pickle"));
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThat(catchThrowable(() -> SnapshotReader.read(new ByteArrayInputStream(part), true)))
                    .isInstanceOf(TorchFileException.class)
                    .hasMessageContaining("ends at byte " + length);
        }
    }
}
