package dev.gpudiag.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.telemetry.SampleSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class XidCommandTest {

    private final CommandRun command =
            new CommandRun(new FakeNode(Nodes.node(SampleSource.live(), Nodes.answering(0, 1))), FakeChecks.heat());

    @TempDir
    private Path folder;

    private String log(String... lines) throws IOException {
        Path file = folder.resolve("dmesg.txt");
        Files.write(file, List.of(lines));
        return file.toString();
    }

    @Test
    void eachEventIsToldWithWhatToDoAndTheWorstIsTheExitCode() throws IOException {
        String file = log(
                "usb 1-1: new device",
                "[1.0] NVRM: Xid (PCI:0000:01:00): 31, pid=12, name=py\u001b[2Jthon, Ch 0000003b",
                "[2.0] NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off the bus.");
        assertThat(command.run("xid", file)).isEqualTo(2);
        assertThat(command.out()).isEqualTo("""
                        WARNING  line 2      Xid 31     0000:01:00.0  pid 12 (py\\u001b[2Jthon)
                                 Ch 0000003b
                                 do: restart the application
                        CRITICAL line 3      Xid 79     0000:01:00.0
                                 GPU has fallen off the bus.
                                 do: reboot (power-cycle) the host
                        3 lines read, 1 CRITICAL, 1 WARNING
                        """);
    }

    @Test
    void jsonIsOneObjectALineWithNullForWhatIsNotTold() throws IOException {
        String file = log("nvidia-nvswitch3: SXid (PCI:0000:05:00.0): 12028, Non-fatal, Link 32 egress");
        assertThat(command.run("xid", "--json", file)).isEqualTo(1);
        assertThat(command.out().lines()).hasSize(1);
        JsonNode json = new ObjectMapper().readTree(command.out());
        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly(
                        "schema_version",
                        "line",
                        "kind",
                        "code",
                        "pci_bus_id",
                        "gpu_instance",
                        "compute_instance",
                        "pid",
                        "process",
                        "message",
                        "severity",
                        "action");
        assertThat(json.get("kind").textValue()).isEqualTo("sxid");
        assertThat(json.get("code").intValue()).isEqualTo(12028);
        assertThat(json.get("pid").isNull()).isTrue();
        assertThat(json.get("severity").textValue()).isEqualTo("WARNING");
    }

    @Test
    void anOperatorSaysHowBadAnXidIs() throws IOException {
        String file = log(
                "[1.0] NVRM: Xid (PCI:0000:01:00): 31, pid=12, name=python3, Ch 0000003b",
                "[2.0] NVRM: Xid (PCI:0000:01:00): 43, pid=12, name=python3, Ch 0000003b",
                "[3.0] NVRM: Xid (PCI:0000:01:00): 13, pid=12, name=python3, Graphics Exception");

        assertThat(command.run("xid", "--set", "xid.override=31=CRITICAL,43=OK,13=INFO", file))
                .isEqualTo(2);

        assertThat(command.out())
                .contains(
                        "CRITICAL line 1      Xid 31",
                        "INFO     line 3      Xid 13",
                        "3 lines read, 1 CRITICAL, 1 INFO")
                .doesNotContain("Xid 43");
    }

    @Test
    void anXidThatIsHeldToBeFineIsNothingWrong() throws IOException {
        String file = log("[1.0] NVRM: Xid (PCI:0000:01:00): 31, pid=12, name=python3, Ch 0000003b");

        assertThat(command.run("xid", "--set", "xid.override=31=OK", file)).isZero();
        assertThat(command.out()).isEqualTo("1 lines read, nothing about GPUs in them\n");
    }

    @Test
    void anOverrideThatMakesNoSenseIsWrongUsage() throws IOException {
        assertThat(command.run("xid", "--set", "xid.override=31=BAD", log("x"))).isEqualTo(64);
        assertThat(command.err()).contains("'BAD' of Xid 31 is none of");
    }

    @Test
    void logWithoutGpusSaysSo() throws IOException {
        assertThat(command.run("xid", log("usb 1-1: new device"))).isZero();
        assertThat(command.out()).isEqualTo("1 lines read, nothing about GPUs in them\n");
    }

    @Test
    void endlessLinesAndBrokenTextAreRead() throws IOException {
        Path file = folder.resolve("odd");
        byte[] odd = new byte[3_000_000];
        odd[2_999_999] = '\n';
        Files.write(file, odd);
        assertThat(command.run("xid", file.toString())).isZero();
    }

    @Test
    void fileThatIsNotThereOrNoFileIsOneMessage() {
        assertThat(command.run("xid", folder.resolve("none").toString())).isEqualTo(ExitCodes.USAGE);
        assertThat(command.run("xid", folder.toString())).isEqualTo(ExitCodes.CONFIGURATION);
        assertThat(command.err().lines()).hasSize(1);
    }
}
