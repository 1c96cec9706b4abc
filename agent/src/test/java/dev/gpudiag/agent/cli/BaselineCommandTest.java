package dev.gpudiag.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.SampleSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BaselineCommandTest {

    private final CommandRun two = node(Nodes.answering(0), Nodes.answering(1));

    @TempDir
    private Path folder;

    private static CommandRun node(GpuSample... gpus) {
        return new CommandRun(new FakeNode(Nodes.node(SampleSource.live(), gpus)));
    }

    private String file() {
        return folder.resolve("healthy.json").toString();
    }

    @Test
    void whatIsSavedHasNotChanged() {
        assertThat(two.run("baseline", "save", "--file", file())).isZero();
        assertThat(two.out()).isEqualTo("saved 2 GPUs with 5 facts to " + file() + "\n");
        assertThat(two.run("baseline", "diff", "--file", file())).isZero();
        assertThat(two.out()).contains("no change").contains("of gpu-node-17");
    }

    @Test
    void aGpuThatIsGoneIsCritical() throws IOException {
        two.run("baseline", "save", "--file", file());
        CommandRun one = node(Nodes.answering(0));

        assertThat(one.run("baseline", "diff", "--file", file())).isEqualTo(2);
        assertThat(one.out()).contains("CRITICAL node    0000:11:00.0 NVIDIA H100 80GB HBM3 is gone");

        assertThat(one.run("baseline", "diff", "--json", "--file", file())).isEqualTo(2);
        JsonNode json = new ObjectMapper().readTree(one.out());
        assertThat(json.get("schema_version").asInt()).isEqualTo(1);
        assertThat(json.get("status").asText()).isEqualTo("CRITICAL");
        assertThat(json.at("/changes/0/fact").asText()).isEqualTo("gpu");
        assertThat(json.at("/changes/0/now").isNull()).isTrue();
        assertThat(json.at("/changes/0/now_reason").asText()).isNotEmpty();
        assertThat(json.at("/baseline/looks_foreign").asBoolean()).isFalse();
    }

    @Test
    void aLostGpuIsNotKnown() {
        two.run("baseline", "save", "--file", file());
        CommandRun lost = node(Nodes.answering(0), Nodes.lost(1));

        assertThat(lost.run("baseline", "diff", "--file", file())).isEqualTo(3);
        assertThat(lost.out()).contains("UNKNOWN  gpu 1   cannot be compared");
    }

    @Test
    void aNodeThatIsNotWellIsSavedByForceOnly() {
        CommandRun hot = new CommandRun(
                new FakeNode(Nodes.node(SampleSource.live(), Nodes.answering(0))),
                FakeChecks.always("heat", Finding.of(Status.CRITICAL, Subject.node(), "burns")));

        assertThat(hot.run("baseline", "save", "--file", file())).isEqualTo(2);
        assertThat(hot.err()).contains("not saved, since the node is not well").contains("--force");
        assertThat(Path.of(file())).doesNotExist();
        assertThat(hot.run("baseline", "save", "--force", "--file", file())).isZero();
        assertThat(Path.of(file())).exists();
    }

    @Test
    void aNodeWithoutAGpuIsNotSaved() {
        assertThat(node().run("baseline", "save", "--file", file())).isEqualTo(3);
        assertThat(Path.of(file())).doesNotExist();
    }

    @Test
    void withoutABaselineOrSubcommandTheMessageSaysWhatToDo() {
        assertThat(two.run("baseline", "diff", "--file", file())).isEqualTo(64);
        assertThat(two.err()).contains("no baseline at").contains("gpudiag baseline save");
        assertThat(two.run("baseline")).isEqualTo(64);
        assertThat(two.run("baseline", "--help")).isZero();
        assertThat(two.run("baseline", "diff", "--simulate", "gpu-lost")).isEqualTo(64);
        assertThat(two.err()).contains("--file FILE");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[[[[",
                "{\"kind\": \"gpudiag-baseline\", \"schema_version\": 7}",
                "{\"kind\": \"gpudiag-baseline\", \"schema_version\": 1, \"saved_at\": \"2026-11-23T10:00:00Z\", \"gpus\": [],"
                        + " \"node\": []}",
                "{\"kind\": \"gpudiag-baseline\", \"schema_version\": 1, \"saved_at\": \"2026-11-23T10:00:00Z\", \"gpus\": [],"
                        + " \"node\": {\"a\\u001b\": \"b\"}}",
                "{\"kind\": \"gpudiag-baseline\", \"schema_version\": 1, \"saved_at\": \"2026-11-23T10:00:00Z\","
                        + " \"gpus\": [{\"index\": 0, \"facts\": {\"pcie_width\": 16}}]}",
            })
    void aFileThatIsNoBaselineIsOneMessage(String text) throws IOException {
        Files.writeString(Path.of(file()), text);

        assertThat(two.run("baseline", "diff", "--file", file())).isEqualTo(78);
        assertThat(two.err()).contains("baseline ignored: ").doesNotContain("\u001b", "Exception");
    }

    @Test
    void hostileValuesAreNotPrintedRaw() throws IOException {
        Files.writeString(Path.of(file()), """
                {"kind": "gpudiag-baseline", "schema_version": 1, "saved_at": "2026-11-23T10:00:00Z",
                 "node": {"hostname": "a\\u001b[2Jb", "driver_version": "\\u001b]0;x\\u0007"},
                 "gpus": [{"index": 0, "name": "\\u001b[31mevil", "pci_bus_id": "0000:ff:00.0"}]}
                """);

        assertThat(two.run("baseline", "diff", "--file", file())).isEqualTo(2);
        assertThat(two.out())
                .contains("looks like the baseline of another machine", "a\\u001b[2Jb")
                .doesNotContain("\u001b", "\u0007");
        assertThat(two.run("baseline", "diff", "--json", "--file", file())).isEqualTo(2);
        assertThat(two.out()).doesNotContain("\u001b", "\u0007");
    }

    @Test
    void aFileThatCannotBeWrittenIsOneMessage() throws IOException {
        Path notADirectory = Files.writeString(folder.resolve("x"), "");

        assertThat(two.run(
                        "baseline",
                        "save",
                        "--file",
                        notADirectory.resolve("b.json").toString()))
                .isEqualTo(78);
        assertThat(two.err()).contains("baseline not saved: ");
    }
}
