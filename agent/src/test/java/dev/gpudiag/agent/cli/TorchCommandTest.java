package dev.gpudiag.agent.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.telemetry.SampleSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class TorchCommandTest {

    private static final long GIB = 1L << 30;

    private final CommandRun command =
            new CommandRun(new FakeNode(Nodes.node(SampleSource.live(), Nodes.answering(0, 1))), FakeChecks.heat());

    @TempDir
    private Path folder;

    private String file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content, ISO_8859_1).toString();
    }

    /** Protocol 0, as text: one large segment of 8 GiB whose odd gigabytes are free, and a request that failed. */
    private static String snapshot(boolean expandable, long requested, long deviceFree) {
        StringBuilder blocks = new StringBuilder("(l");
        for (int i = 0; i < 8; i++) {
            blocks.append("(dVsize\nL")
                    .append(GIB)
                    .append("L\nsVstate\nV")
                    .append(i % 2 == 0 ? "active_allocated" : "inactive")
                    .append("\nsVframes\n(l(dVfilename\nV/home/u/model/attention.py\nsVname\nVforward\u001b[31m\n")
                    .append("sVline\nI33\nsasa");
        }
        return "(dVsegments\n(l(dVdevice\nI0\nsVaddress\nL4294967296L\nsVtotal_size\nL" + 8 * GIB
                + "L\nsVstream\nI0\nsVsegment_type\nVlarge\nsVsegment_pool_id\n(I0\nI0\ntsVis_expandable\nI0"
                + (expandable ? 1 : 0) + "\nsVblocks\n" + blocks + "sasVdevice_traces\n(l(l(dVaction\nVoom\nsVsize\nL"
                + requested + "L\nsVdevice_free\nL" + deviceFree + "L\nsVstream\nI0\nsVtime_us\nI7\nsaas.";
    }

    @Test
    void aFragmentedSnapshotWithAFailedAllocationIsCritical() throws IOException {
        String file = file("snapshot.pickle", snapshot(false, 2 * GIB, GIB / 2));
        assertThat(command.run("torch", file)).isEqualTo(2);
        assertThat(command.out()).isEqualTo("""
                        CRITICAL: fragmented
                          device 0: an allocation failed although enough memory was free, in pieces
                          device 0: 4.0 GiB of 8.0 GiB reserved is free and stuck between blocks in use (F1 50 %)

                        device 0: 8.0 GiB reserved in 1 segment, 4.0 GiB allocated, 0 MiB waiting to be free
                          free in the cache 4.0 GiB: 0 MiB can go back to the driver, 4.0 GiB is stuck beside blocks in use
                          F1 stuck/reserved 0.500   F2 stuck/free 1.000   F3 1-largest/free 0.750
                          pool                                        reserved allocated      free     stuck   largest     F3
                          large pool, stream 0                         8.0 GiB   4.0 GiB   4.0 GiB   4.0 GiB   1.0 GiB  0.750
                          largest request that still works: 1.0 GiB from the cache (large pool, stream 0); a larger one
                          needs that much of the driver, beside 0 MiB that can go back to it first
                          who holds blocks between the free ones in the large pool, stream 0:
                              4.0 GiB in 4 blocks, beside 4.0 GiB stuck: forward\\u001b[31m at model/attention.py:33

                        out of memory: device 0 asked for 2.0 GiB, 512 MiB left by the driver, 4.0 GiB free in the cache,
                                       largest usable block 1.0 GiB: fragmentation, the memory was there and not in one
                                       piece

                        do: set PYTORCH_ALLOC_CONF=expandable_segments:True (PYTORCH_CUDA_ALLOC_CONF before PyTorch 2.9)
                        do: make shapes recur: fixed batch and sequence lengths, or a few buckets
                        do: where segments cannot expand: max_split_size_mb below the size of the large tensors, and
                            garbage_collection_threshold:0.8
                        do: allocate what stays (weights, caches, buffers) before what comes and goes
                        measured: every segment and block of PyTorch's own cache in this process, 1 trace entry
                        not in a snapshot: memory outside PyTorch (context, NCCL, cuBLAS), other processes, what the driver has
                        left now. NVML has no fragmentation figure at all.
                        """);
    }

    @Test
    void jsonHoldsTheSumsAndF3() throws IOException {
        String file = file("snapshot.pickle", snapshot(false, 2 * GIB, GIB / 2));
        assertThat(command.run("torch", "--json", file)).isEqualTo(2);
        JsonNode json = new ObjectMapper().readTree(command.out());
        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly("schema_version", "devices", "oom_events", "verdict");
        JsonNode device = json.get("devices").get(0);
        assertThat(device.fieldNames())
                .toIterable()
                .containsExactly(
                        "device",
                        "reserved_bytes",
                        "allocated_bytes",
                        "active_bytes",
                        "inactive_bytes",
                        "fragmentation_ratio",
                        "pools");
        JsonNode pool = device.get("pools").get(0);
        assertThat(pool.fieldNames())
                .toIterable()
                .containsExactly(
                        "pool_id",
                        "stream",
                        "segment_type",
                        "reserved_bytes",
                        "allocated_bytes",
                        "active_bytes",
                        "inactive_bytes",
                        "largest_inactive_block_bytes",
                        "fragmentation_ratio");
        assertThat(pool.get("pool_id")).hasToString("[0,0]");
        assertThat(pool.get("largest_inactive_block_bytes").longValue()).isEqualTo(GIB);
        assertThat(pool.get("fragmentation_ratio").doubleValue()).isEqualTo(0.75);
        JsonNode event = json.get("oom_events").get(0);
        assertThat(event.get("explained_by_fragmentation").booleanValue()).isTrue();
        assertThat(event.get("requested_bytes").longValue()).isEqualTo(2 * GIB);
        assertThat(event.get("device_free_bytes").longValue()).isEqualTo(GIB / 2);
        assertThat(json.get("verdict").textValue()).isEqualTo("CRITICAL");
    }

    @Test
    void expandableSegmentsAreOneLevelLess() throws IOException {
        assertThat(command.run("torch", file("snapshot.pickle", snapshot(true, 2 * GIB, GIB / 2))))
                .isEqualTo(1);
        assertThat(command.out()).startsWith("WARNING").contains("expandable segments, whose free pages can go back");
    }

    @Test
    void aRequestThatNothingCouldHoldIsNotBlamedOnFragmentation() throws IOException {
        assertThat(command.run("torch", file("snapshot.pickle", snapshot(false, 5 * GIB, GIB / 2))))
                .isEqualTo(1);
        assertThat(command.out()).contains("not fragmentation, all free memory together was too");
        assertThat(command.run("torch", file("snapshot.pickle", snapshot(false, 2 * GIB, 3 * GIB))))
                .isEqualTo(1);
        assertThat(command.out()).contains("the driver had more left");
    }

    @Test
    void aPickleThatCouldRunCodeIsOneMessage() throws IOException {
        assertThat(command.run("torch", file("bad.pickle", "cposix\nsystem\n(Vtrue\ntR.")))
                .isEqualTo(ExitCodes.CONFIGURATION);
        assertThat(command.err().lines()).hasSize(1);
        assertThat(command.err()).contains("refused: the pickle holds GLOBAL at offset 0, which could run code");
    }

    @Test
    void aPictureIsOneFileToScaleThatNeedsNothingElse() throws Exception {
        String file = file("snapshot.pickle", snapshot(false, 2 * GIB, GIB / 2).replace("Vforward", "V<script>\"&"));
        Path svg = folder.resolve("out.svg");
        assertThat(command.run("torch", file, "--picture", svg.toString())).isEqualTo(2);
        String text = Files.readString(svg);
        assertThat(text).matches("[ -~\n]*").doesNotContain("<script").contains("&lt;script&gt;&quot;&amp;\\u001b[31m");
        assertThat(text.replace("http://www.w3.org/2000/svg", ""))
                .doesNotContain("http")
                .doesNotContain("url(");
        Element root = parsed(text);
        double allocated = widths(root, "allocated");
        assertThat(rectangles(root, "allocated")).hasSize(5); // four blocks, and the legend
        assertThat(rectangles(root, "stuck")).hasSize(5);
        assertThat(allocated - 14).isCloseTo(widths(root, "outline") / 2, within(0.1));
        assertThat(rectangles(root, "stuck").getLast().getTextContent())
                .isEqualTo(
                        "segment 0x100000000, 8.0 GiB\nblock 0x2c0000000, 1.0 GiB, free, stuck beside blocks in use\n"
                                + "  <script>\"&\\u001b[31m at model/attention.py:33");
        Path html = folder.resolve("out.html");
        assertThat(command.run("torch", file, "--picture", html.toString())).isEqualTo(2);
        assertThat(html)
                .content()
                .startsWith("<!DOCTYPE html>")
                .contains("default-src 'none'")
                .contains("<svg ");
    }

    @Test
    void aPictureIsNeverWrittenOverAnything() throws IOException {
        String snapshot = file("snapshot.pickle", snapshot(false, GIB, 0));
        String svg = file("out.svg", "mine");
        assertThat(command.run("torch", snapshot, "--picture", svg)).isEqualTo(ExitCodes.USAGE);
        assertThat(Path.of(svg)).hasContent("mine");
        Path link = Files.createSymbolicLink(folder.resolve("link.svg"), folder.resolve("nowhere"));
        assertThat(command.run("torch", snapshot, "--picture", link.toString())).isEqualTo(ExitCodes.USAGE);
        assertThat(folder.resolve("nowhere")).doesNotExist();
        assertThat(command.run(
                        "torch",
                        snapshot,
                        "--picture",
                        folder.resolve("out.png").toString()))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(command.run(
                        "torch",
                        snapshot,
                        "--picture",
                        folder.resolve("no/out.svg").toString()))
                .isEqualTo(ExitCodes.CONFIGURATION);
    }

    @Test
    void aPictureOfAVeryLargeSnapshotStaysSmall() throws IOException {
        StringBuilder pickle = new StringBuilder("(dVsegments\n(l");
        for (int i = 0; i < 2000; i++) {
            pickle.append("(dVaddress\nL").append(i * 4_194_304L).append("L\nsVblocks\n(l");
            for (int j = 0; j < 50; j++) {
                pickle.append("(dVsize\nI41472\nsVstate\nV").append(j % 2 == 0 ? "inactive" : "active_allocated");
                pickle.append("\nsa");
            }
            pickle.append("sa");
        }
        Path svg = folder.resolve("out.svg");
        assertThat(command.run("torch", file("large", pickle + "s."), "--picture", svg.toString()))
                .isEqualTo(1);
        assertThat(Files.readString(svg).split("<rect ", -1)).hasSizeLessThan(30_000);
        assertThat(Files.readString(svg)).contains("blocks, ");
    }

    private static Element parsed(String xml) throws Exception {
        DocumentBuilder builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        return builder.parse(new ByteArrayInputStream(xml.getBytes(ISO_8859_1))).getDocumentElement();
    }

    private static List<Element> rectangles(Element root, String kind) {
        NodeList found = root.getElementsByTagName("rect");
        List<Element> rectangles = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            if (((Element) found.item(i)).getAttribute("class").equals(kind)) {
                rectangles.add((Element) found.item(i));
            }
        }
        return rectangles;
    }

    private static double widths(Element root, String kind) {
        return rectangles(root, kind).stream()
                .mapToDouble(rectangle -> Double.parseDouble(rectangle.getAttribute("width")))
                .sum();
    }

    @Test
    void statisticsAreJudgedByTheSameRules() throws IOException {
        String flat = """
                {"allocated_bytes.all.current": 3221225472, "active_bytes.all.current": 3221225472,
                 "reserved_bytes.all.current": 8589934592, "inactive_split_bytes.all.current": 4294967296,
                 "requested_bytes.all.current": 3113851289, "num_ooms": 0, "num_alloc_retries": 3, "max_split_size": -1}
                """;
        assertThat(command.run("torch", file("stats.json", flat))).isEqualTo(1);
        assertThat(command.out())
                .startsWith("WARNING: fragmented\n")
                .contains("4.0 GiB of 8.0 GiB reserved")
                .contains("F1 stuck/reserved 0.500   F2 stuck/free 0.800   lost to rounding 0.033");
        assertThat(command.run("torch", file("stats.json", flat.replace("\"num_ooms\": 0", "\"num_ooms\": 2"))))
                .isEqualTo(2);
        assertThat(command.run("torch", "--json", file("stats.json", flat))).isEqualTo(1);
        JsonNode device =
                new ObjectMapper().readTree(command.out()).get("devices").get(0);
        assertThat(device.get("inactive_split_ratio").doubleValue()).isEqualTo(0.5);
        assertThat(device.get("inactive_bytes").longValue()).isEqualTo(5368709120L);
        assertThat(device.get("fragmentation_ratio").isNull()).isTrue();
    }

    @Test
    void nestedStatisticsOfSeveralDevicesAreRead() throws IOException {
        String nested = """
                {"cuda:0": {"reserved_bytes": {"all": {"current": 4096}}, "allocated_bytes": {"all": {"current": 4096}},
                  "active_bytes": {"all": {"current": 4096}}, "inactive_split_bytes": {"all": {"current": 0}}},
                 "cuda:1": {"reserved_bytes": {"all": {"current": 0, "peak": 4096}}}}
                """;
        assertThat(command.run("torch", file("stats.json", nested))).isZero();
        assertThat(command.out())
                .contains("device 0: OK")
                .contains("device 1: OK")
                .contains("nothing is reserved");
    }

    @Test
    void statisticsThatAreAllZeroAreNotOk() throws IOException {
        String zero = "{\"reserved_bytes.all.current\": 0, \"allocated_bytes.all.peak\": 0, \"max_split_size\": -1}";
        assertThat(command.run("torch", file("stats.json", zero))).isEqualTo(3);
        assertThat(command.out()).contains("cudaMallocAsync");
    }

    @Test
    void filesThatCannotBeUsedAreOneMessage() throws IOException {
        assertThat(command.run("torch", folder.resolve("none").toString())).isEqualTo(ExitCodes.USAGE);
        assertThat(command.run("torch", folder.toString())).isEqualTo(ExitCodes.CONFIGURATION);
        for (String content : new String[] {"", "{\"a\": 1}", "{\"a\": ", "{}", "[[]]", "hello", "\u0080\u0004]."}) {
            assertThat(command.run("torch", file("odd", content))).as(content).isIn(ExitCodes.CONFIGURATION, 3);
            assertThat(command.err().lines().count()).as(content).isLessThanOrEqualTo(1);
        }
    }
}
