package dev.gpudiag.agent.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.agent.host.process.HostProcesses;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.HostSample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulatedProcessTreeTest {

    private static final String NODE = """
            [driver]
            version = 550.54.15
            [gpu 0]
            uuid = GPU-1
            pci_bus_id = 0000:3b:00.0
            [process 0:7]
            name = python3
            [process 0:8]
            name = tritonserver
            [process 0:9]
            name = gone
            """;

    @TempDir
    Path directory;

    private Scenario scenario(String workloads) throws IOException {
        Path file = directory.resolve("x.scenario");
        Files.writeString(file, NODE + workloads);
        return Scenario.read(file);
    }

    private HostSample look(String workloads) throws IOException {
        try (SimulatedHost host = SimulatedHost.layOut(scenario(workloads))) {
            return new HostProcesses(new HostRoot(host.root()), InstantSource.system())
                    .look(Set.of(7L, 8L, 9L), Duration.ofSeconds(20));
        }
    }

    @Test
    void aScenarioLaysOutItsProcesses() throws IOException {
        HostSample host =
                look("""
                [workload *]
                user = bob
                pod = team-a/trainer-0/main
                wheel = 12.4.127
                env.CUDA_VERSION = 12.1.1
                env.SECRET = x
                [workload 8]
                container = triton
                wheel = none
                cuda = 12.2.140
                state = D
                command_line = tritonserver --models /m
                [workload 9]
                state = gone
                """.replace("[workload 8]\ncontainer", "[workload 8]\npod = team-b/triton-0/server\ncontainer"));

        assertThat(host.gaps()).isEmpty();
        assertThat(host.holders().value().orElseThrow())
                .extracting(GpuHolder::pid)
                .containsExactly(7L, 8L);
        GpuHolder trainer = host.holder(7).orElseThrow();
        assertThat(trainer.knownWorkload().orElseThrow().describe()).isEqualTo("pod team-a/trainer-0 (main)");
        assertThat(trainer.user().value()).contains("bob");
        assertThat(trainer.openDevices().value().orElseThrow()).contains("/dev/nvidia0", "/dev/nvidia-uvm");
        assertThat(trainer.cuda().value().orElseThrow().versions().value().orElseThrow())
                .extracting(trace -> trace.trace() + " " + trace.version())
                .containsExactly("MAPPED_LIBRARY 12", "WHEEL 12.4.127", "ENVIRONMENT 12.1.1");
        assertThat(trainer.cuda().value().orElseThrow().environment().value().orElseThrow())
                .containsOnlyKeys("CUDA_VERSION");
        GpuHolder server = host.holder(8).orElseThrow();
        assertThat(server.state().value()).contains("D");
        assertThat(server.commandLine().value()).contains("tritonserver --models /m");
        assertThat(server.knownWorkload().orElseThrow().name()).isEqualTo("team-b/triton-0 (server)");
        assertThat(host.startedAt(server).orElseThrow()).isBefore(Instant.now());
    }

    @Test
    void aProcessWithoutAWorkloadIsAUsersAndSaysNothingOfCuda() throws IOException {
        GpuHolder holder = look("").holder(7).orElseThrow();

        assertThat(holder.knownWorkload().orElseThrow().describe()).isEqualTo("user alice");
        assertThat(holder.cuda().value().orElseThrow().versions().value().orElseThrow())
                .isEmpty();
    }

    @Test
    void aWorkloadOfNobodyIsRefused() {
        assertThatThrownBy(() -> scenario("[workload 99]\npod = a/b/c\n"))
                .isInstanceOf(ScenarioException.class)
                .hasMessageContaining("[workload 99]: neither * nor the pid of a process");
    }

    @Test
    void aWrongValueIsNamedByItsLine() {
        assertThatThrownBy(() -> scenario("[workload *]\npod = trainer\n"))
                .isInstanceOf(ScenarioException.class)
                .hasMessage("x.scenario:13: pod: 'trainer' is not NAMESPACE/POD/CONTAINER");
        assertThatThrownBy(() -> scenario("[workload *]\npods = a/b/c\n"))
                .isInstanceOf(ScenarioException.class)
                .hasMessageContaining("unknown key 'pods'");
    }
}
