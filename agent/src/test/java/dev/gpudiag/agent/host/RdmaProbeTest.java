package dev.gpudiag.agent.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.InfinibandPort;
import dev.gpudiag.telemetry.RdmaState;
import dev.gpudiag.telemetry.Reading.Reason;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RdmaProbeTest {

    @TempDir
    private Path directory;

    private static HostTree port(
            HostTree tree, String device, String state, String physical, String rate, String layer) {
        String real = "sys/devices/pci0000:00/0000:00:01.0/infiniband/" + device;
        return tree.file(real + "/ports/1/state", state + "\n")
                .file(real + "/ports/1/phys_state", physical + "\n")
                .file(real + "/ports/1/rate", rate + "\n")
                .file(real + "/ports/1/link_layer", layer + "\n")
                .file(real + "/ports/1/counters/link_downed", "2\n")
                .link("sys/class/infiniband/" + device, "../../devices/pci0000:00/0000:00:01.0/infiniband/" + device);
    }

    private static RdmaState read(HostTree tree) {
        return new RdmaProbe(new HostRoot(tree.root()), Map.of()).read();
    }

    private static List<InfinibandPort> ports(HostTree tree) {
        return read(tree).ports().value().orElseThrow();
    }

    @Test
    void portsAreReadThroughTheLinksOfTheirClass() {
        HostTree tree = HostTree.plain(directory);
        port(tree, "mlx5_0", "4: ACTIVE", "5: LinkUp", "400 Gb/sec (4X NDR)", "InfiniBand");
        port(tree, "mlx5_1", "1: DOWN", "2: Polling", "2.5 Gb/sec (1X SDR)", "InfiniBand");

        List<InfinibandPort> ports = ports(tree);

        assertThat(ports).extracting(InfinibandPort::name).containsExactly("mlx5_0 port 1", "mlx5_1 port 1");
        assertThat(ports.getFirst().state().value()).contains("ACTIVE");
        assertThat(ports.getFirst().physicalState().value()).contains("LinkUp");
        assertThat(ports.getFirst().rateGigabits().value()).contains(400.0);
        assertThat(ports.getFirst().linkLayer().value()).contains("InfiniBand");
        assertThat(ports.getFirst().linkDowned().value()).contains(2L);
        assertThat(ports.getLast().state().value()).contains("DOWN");
        assertThat(ports.getLast().rateGigabits().value()).contains(2.5);
    }

    @Test
    void aHostWithoutAdaptersHasNoPorts() {
        assertThat(ports(HostTree.plain(directory))).isEmpty();
    }

    @Test
    void whatMakesNoSenseOrWouldHangIsMissingWithItsReason() {
        HostTree tree = HostTree.plain(directory);
        port(tree, "mlx5_0", "\u001b[2J", "5: LinkUp", "fast", "InfiniBand")
                .fifo("sys/devices/pci0000:00/0000:00:01.0/infiniband/mlx5_0/ports/1/phys_state")
                .link("sys/devices/pci0000:00/0000:00:01.0/infiniband/mlx5_0/ports/1/link_layer", "/etc/shadow")
                .file("sys/devices/pci0000:00/0000:00:01.0/infiniband/mlx5_0/ports/1/counters/link_downed", "-1\n")
                .directory("sys/class/infiniband/\u001b[31m/ports/1")
                .directory("sys/class/infiniband/mlx5_0/ports/zero")
                .directory("sys/class/infiniband/gone");

        InfinibandPort port = ports(tree).getFirst();

        assertThat(ports(tree)).hasSize(1);
        assertThat(port.state().reason()).contains(Reason.FAILED);
        assertThat(port.physicalState().reason()).contains(Reason.FAILED);
        assertThat(port.rateGigabits().reason()).contains(Reason.FAILED);
        assertThat(port.linkLayer().reason()).contains(Reason.NOT_SUPPORTED);
        assertThat(port.linkDowned().reason()).contains(Reason.FAILED);
    }

    @Test
    void aHostThatClaimsThousandsOfPortsIsNotBelieved() {
        HostTree tree = HostTree.plain(directory);
        for (int device = 0; device < 3; device++) {
            for (int port = 1; port < 500; port++) {
                tree.directory("sys/class/infiniband/mlx5_" + device + "/ports/" + port);
            }
        }

        assertThat(read(tree).ports().reason()).contains(Reason.FAILED);
    }

    @Test
    void peermemIsLoadedAndUsedWhereIbCoreNamesIt() {
        HostTree tree = HostTree.plain(directory).file("proc/modules", """
                        nvidia_peermem 16384 0 - Live 0x0000000000000000
                        ib_core 483328 8 rdma_cm,ib_uverbs,nvidia_peermem,mlx5_ib, Live 0x0000000000000000
                        """);

        assertThat(read(tree).peermemLoaded().value()).contains(true);
        assertThat(read(tree).peermemRegistered().value()).contains(true);
    }

    @Test
    void peermemThatIbCoreDoesNotNameIsNotUsed() {
        HostTree tree = HostTree.plain(directory).file("proc/modules", """
                        nvidia_peermem 16384 0 - Live 0x0000000000000000
                        ib_core 483328 1 not_nvidia_peermem_at_all, Live 0x0000000000000000
                        """);

        assertThat(read(tree).peermemLoaded().value()).contains(true);
        assertThat(read(tree).peermemRegistered().value()).contains(false);
    }

    @Test
    void withoutIbCoreOrAListOfModulesNothingIsClaimed() {
        assertThat(read(HostTree.plain(directory)).peermemLoaded().value()).contains(false);
        assertThat(read(HostTree.plain(directory)).peermemRegistered().reason()).contains(Reason.NOT_SUPPORTED);

        HostTree cut = HostTree.plain(directory).file("proc/modules", "ib_core 483328\n");
        assertThat(read(cut).peermemRegistered().value()).contains(false);
    }
}
