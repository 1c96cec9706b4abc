package dev.gpudiag.agent.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gpudiag.agent.host.HostProbe;
import dev.gpudiag.agent.host.RdmaProbe;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.InfinibandPort;
import dev.gpudiag.telemetry.RdmaState;
import dev.gpudiag.telemetry.Readings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files, network adapters and PCIe errors of a simulated host, as they change with the scenario's time. */
class HostFilesTest {

    @TempDir
    private Path directory;

    private SimulatedHost host(String more) throws IOException {
        Path file = directory.resolve("made.scenario");
        Files.writeString(file, """
                [driver]
                version = 550.54.15
                [gpu 0..1]
                pci_bus_id = 0000:6%d:00.0
                [process 0:4711]
                used_memory = 1Gi
                """ + more + "\n");
        return SimulatedHost.layOut(Scenario.read(file));
    }

    @Test
    void aFileHasTheContentOfItsTimeAndMayComeAndGo() throws IOException {
        try (SimulatedHost host = host("[file /etc/made/by.conf]\n10s = one\\ntwo = 2\n20s = none")) {
            Path file = host.root().resolve("etc/made/by.conf");
            assertThat(file).doesNotExist();
            assertThat(host.files().advance(Duration.ofSeconds(10))).isTrue();
            assertThat(file).hasContent("one\ntwo = 2\n");
            assertThat(host.files().advance(Duration.ofSeconds(19))).isFalse();
            assertThat(host.files().advance(Duration.ofSeconds(20))).isTrue();
            assertThat(file).doesNotExist();
        }
    }

    @Test
    void aFileOfTheLayoutIsReplacedThroughTheLinksWithin() throws IOException {
        try (SimulatedHost host = host("[file /sys/bus/pci/devices/0000:60:00.0/numa_node]\n0s = -1")) {
            assertThat(new HostProbe(host.root(), Map.of())
                            .read()
                            .pciLinks()
                            .get("0000:60:00.0")
                            .value(GpuQuantities.NUMA_NODE))
                    .contains(-1L);
        }
    }

    /** The open files of a simulated process are links to nodes of this machine's /dev. */
    @ParameterizedTest
    @ValueSource(strings = {"/proc/4711/fd/3", "/proc/4711/fd/4", "/proc/4711/fd/3/x"})
    void aFileBehindALinkOutOfTheTreeIsRefused(String path) {
        assertThatThrownBy(() -> host("[file " + path + "]\n0s = x"))
                .isInstanceOf(ScenarioException.class)
                .hasMessageContaining("leads out of the simulated host");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            [file etc/x]               | 0s = x            | not an absolute path
            [file /../../etc/x]        | 0s = x            | not an absolute path
            [file /etc/../../x]        | 0s = x            | not an absolute path
            [file /etc/..]             | 0s = x            | not an absolute path
            [file /etc]                | 0s = x            | is a directory
            [file /etc/x]              | soon = x          | not a time such as 0s or 10m
            [infiniband a/b]           | rate = 400        | not the name of an adapter
            [infiniband mlx5_0]        | rate = fast       | is not a number of Gb/s
            [infiniband mlx5_0]        | state = UP        | is none of ACTIVE, ACTIVE_DEFER
            [infiniband mlx5_0]        | link_downed = -1  | is not a count, points such as 0s:0 10m:5
            [infiniband mlx5_0]        | downs = 1         | unknown key 'downs'
            [pcie 2]                   | fatal = 1         | there is no such GPU
            [pcie 0000:60:00.0]        | fatal = 1         | there is no such GPU
            [pcie 0]                   | fatal = rate(0)   | is not a count
            [host]                     | nvswitches = x    | is not a PCI address
            [host]                     | peermem = yes     | is not no, loaded or registered
            """)
    void whatIsWrongIsSaidWithItsLine(String section, String line, String message) {
        assertThatThrownBy(() -> host(section + "\n" + line))
                .isInstanceOf(ScenarioException.class)
                .hasMessageContaining(message);
    }

    @Test
    void portsOfAdaptersAreReadAsTheKernelShowsThem() throws IOException {
        try (SimulatedHost host = host("""
                [infiniband mlx5_0]
                link_downed = 0s:0 10s:10
                [infiniband mlx5_1]
                port = 2
                state = DOWN
                phys_state = Polling
                rate = 2.5
                link_layer = Ethernet
                [host]
                peermem = registered
                """)) {
            host.files().advance(Duration.ofSeconds(5));
            RdmaState rdma = new RdmaProbe(new HostProbe(host.root(), Map.of()).root(), Map.of()).read();
            List<InfinibandPort> ports = rdma.ports().value().orElseThrow();
            assertThat(ports).extracting(InfinibandPort::name).containsExactly("mlx5_0 port 1", "mlx5_1 port 2");
            assertThat(ports.get(0).state().value()).contains("ACTIVE");
            assertThat(ports.get(0).rateGigabits().value()).contains(400.0);
            assertThat(ports.get(0).linkDowned().value()).contains(5L);
            assertThat(ports.get(1).physicalState().value()).contains("Polling");
            assertThat(ports.get(1).rateGigabits().value()).contains(2.5);
            assertThat(ports.get(1).linkLayer().value()).contains("Ethernet");
            assertThat(rdma.peermemLoaded().value()).contains(true);
            assertThat(rdma.peermemRegistered().value()).contains(true);
        }
    }

    @Test
    void pcieErrorsOfAGpuAndOfThePortAboveItGrow() throws IOException {
        try (SimulatedHost host = host("[pcie 1]\nfatal = 0s:0 10s:4\nport.correctable = rate(7, 2)")) {
            host.files().advance(Duration.ofSeconds(5));
            Readings link =
                    new HostProbe(host.root(), Map.of()).read().pciLinks().get("0000:61:00.0");
            assertThat(link.value(GpuQuantities.AER_FATAL)).contains(2L);
            assertThat(link.value(GpuQuantities.AER_NONFATAL)).contains(0L);
            assertThat(link.value(GpuQuantities.AER_PORT_CORRECTABLE)).contains(17L);
        }
    }

    @Test
    void switchesAndTheirFabricManagerAreThere() throws IOException {
        try (SimulatedHost host = host("[host]\nnvswitches = 0000:84:00.0 0000:85:00.0")) {
            var state = new HostProbe(host.root(), Map.of()).read();
            assertThat(state.pciDevices().value().orElseThrow()).hasSize(4);
            assertThat(state.readings().value(HostQuantities.FABRIC_MANAGER_RUNNING))
                    .contains(true);
        }
        try (SimulatedHost host = host("[host]\nnvswitches = 0000:84:00.0\nfabric_manager = no")) {
            assertThat(new HostProbe(host.root(), Map.of())
                            .read()
                            .readings()
                            .value(HostQuantities.FABRIC_MANAGER_RUNNING))
                    .contains(false);
        }
    }
}
