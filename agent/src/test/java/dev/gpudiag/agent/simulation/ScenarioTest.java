package dev.gpudiag.agent.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ScenarioTest {

    @TempDir
    private Path directory;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    @Test
    void defaultsRangesAndTemplatesMakeTheGpus() throws IOException {
        Scenario scenario = Scenario.read(file("two.scenario", """
                # comment
                [scenario]
                title = Two of them  # and a comment
                expect = WARNING
                [driver]
                version = 550.54.15
                hang.nvmlInit_v2 = yes
                [gpu 0..1]
                uuid = GPU-5a2b%02x
                [gpu *]
                name = NVIDIA H100
                uuid = overridden
                pci_bus_id = 00000000:%02X:00.0
                [gpu 1]
                pci_bus_id = 00000000:A1:00.0
                minor = 7
                [process 1:4711]
                name = python3
                [mig 0:0]
                uuid = MIG-1
                [history]
                span = 75m
                """.replace("%02X", "%02x")));

        assertThat(scenario.title()).isEqualTo("Two of them");
        assertThat(scenario.expect()).contains("WARNING");
        assertThat(scenario.symbols()).isEqualTo("all");
        assertThat(scenario.gpus())
                .extracting(SimulatedGpu::pciAddress)
                .containsExactly("0000:00:00.0", "0000:a1:00.0");
        assertThat(scenario.gpus())
                .extracting(gpu -> gpu.uuid().orElseThrow())
                .containsExactly("GPU-5a2b00", "GPU-5a2b01");
        assertThat(scenario.gpus()).extracting(SimulatedGpu::name).containsOnly("NVIDIA H100");
        assertThat(scenario.host().deviceNodes()).contains("nvidia0", "nvidia7");
        assertThat(scenario.processes()).extracting(SimulatedProcess::pid).containsExactly(4711L);
        assertThat(scenario.history()).contains(new Scenario.History(Duration.ofMinutes(75), Duration.ofMinutes(1)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[gpus 0]|1: unknown section 'gpus'; did you mean 'gpu'?",
                "[gpu 0|1: a section without its closing bracket",
                "name = x|1: a key before the first section",
                "[gpu 0];nonsense|2: neither '[section]' nor 'key = value'",
                "[gpu 0..99]|1: [gpu 0..99]: not a range within 0..31",
                "[gpu 3..1]|1: [gpu 3..1]: not a range within 0..31",
                "[gpu x]|1: [gpu x]: not [gpu *], [gpu 3] or [gpu 0..7]",
                "[gpu 1]| [gpu 1..] ",
                "[gpu 0];pci_bus_id = 65|2: pci_bus_id: not a PCI address such as 0000:65:00.0",
                "[process 0:1]|1: [process 0:1]: there is no GPU 0",
                "[process a]|1: [process a]: not GPU:PID such as 0:4711",
                "[host];modul = none|2: unknown key 'modul' in [host]; did you mean 'module'?",
                "[host];module = ../../etc|2: module: '../../etc' is not a driver version such as 550.54.15, or none",
                "[host];kernel = ../..|2: kernel: '../..' is not a kernel release",
                "[host];device_nodes = ../etc/passwd|2: device_nodes:",
                "[host];nouveau = perhaps|2: nouveau: 'perhaps' is not yes or no",
                "[host];pci_devices = 0000:65:00.0 x|2: pci_devices: 'x' is not a PCI address",
                "[host];uptime = long|2: uptime: 'long' is not a duration",
                "[history];span = 0s|2: span: must be longer than 0s",
                "[scenario];expect = bad|2: expect: 'bad' is not a status",
                "[driver];version = new|2: version: 'new' is not a driver version",
            })
    void whatIsBrokenIsSaidWithFileAndLine(String text, String message) throws IOException {
        Path broken = file("broken.scenario", text.replace(';', '\n'));

        String expected = text.equals("[gpu 1]") ? "broken.scenario: [gpu 0] is missing" : "broken.scenario:" + message;
        assertThatThrownBy(() -> Scenario.read(broken))
                .isInstanceOf(ScenarioException.class)
                .hasMessageStartingWith(expected);
    }

    @Test
    void whatIsNoScenarioFileIsRefused() throws IOException, InterruptedException {
        Path fifo = directory.resolve("fifo.scenario");
        new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor();
        Path binary = Files.write(directory.resolve("binary.scenario"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        Path large = file("large.scenario", "#".repeat(2 << 20));

        assertThatThrownBy(() -> Scenario.read(directory)).hasMessageEndingWith("is not a file");
        assertThatThrownBy(() -> Scenario.read(fifo)).hasMessageEndingWith("is not a file");
        assertThatThrownBy(() -> Scenario.read(binary)).hasMessageContaining("is not UTF-8 text");
        assertThatThrownBy(() -> Scenario.read(large)).hasMessageContaining("is longer than");
        assertThatThrownBy(() -> Scenario.read(file("empty.scenario", "# nothing\n")))
                .hasMessageContaining("is empty");
    }

    @Test
    void anUnknownNameListsTheNamesAndTheNearest() throws IOException {
        file("gpu-lost.scenario", "[driver]\nversion = 550.54.15\n");
        file("t4.scenario", "[driver]\nversion = 550.54.15\n");
        ScenarioCatalog catalog = new ScenarioCatalog(directory);

        assertThat(catalog.names()).containsExactly("gpu-lost", "t4");
        assertThat(catalog.open("t4").name()).isEqualTo("t4");
        assertThat(catalog.open(directory.resolve("t4.scenario").toString()).name())
                .isEqualTo("t4");
        assertThatThrownBy(() -> catalog.open("gpu-lots"))
                .hasMessageStartingWith("no scenario 'gpu-lots'; did you mean 'gpu-lost'? (bundled: gpu-lost, t4;");
        assertThatThrownBy(() -> catalog.open("./absent.scenario")).hasMessage("no scenario file ./absent.scenario");
        assertThatThrownBy(() -> new ScenarioCatalog(directory.resolve("absent")).open("t4"))
                .hasMessageContaining("no scenarios in");
    }
}
