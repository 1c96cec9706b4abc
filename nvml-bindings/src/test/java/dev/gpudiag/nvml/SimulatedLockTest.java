package dev.gpudiag.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that do not come back for a while, alone or behind the driver's one lock, and what an open driver holds. */
class SimulatedLockTest {

    private static final String TWO_GPUS = "[gpu 0..1]\ntemperature.gpu = 40\n";
    private static final String STALLED = TWO_GPUS + "[gpu 0]\nstall.nvmlDeviceGetTemperature* = 0s..1h\n";

    @TempDir
    Path directory;

    @Test
    void aCallThatStallsLeavesOthersAloneAndAnswersWhenTheFileNoLongerSaysSo() throws Exception {
        try (Nvml nvml = running(STALLED)) {
            CompletableFuture<Integer> stuck = temperature(nvml, 0);
            assertThat(temperature(nvml, 1).get(10, TimeUnit.SECONDS)).isEqualTo(40);
            assertStuck(stuck);

            write(TWO_GPUS);

            assertThat(stuck.get(10, TimeUnit.SECONDS)).isEqualTo(40);
        }
    }

    @Test
    void behindOneLockACallThatStallsKeepsEveryOtherOut() throws Exception {
        try (Nvml nvml = running(STALLED + "[driver]\none_lock = yes\n")) {
            CompletableFuture<Integer> stuck = temperature(nvml, 0);
            assertStuck(stuck);
            CompletableFuture<Integer> behind = temperature(nvml, 1);
            assertStuck(behind);

            write(TWO_GPUS);

            assertThat(stuck.get(10, TimeUnit.SECONDS)).isEqualTo(40);
            assertThat(behind.get(10, TimeUnit.SECONDS)).isEqualTo(40);
        }
    }

    @Test
    void aStallEndsAtItsTime() throws Exception {
        try (Nvml nvml = running(TWO_GPUS + "[gpu 0]\nstall = 0s..300ms\n")) {
            assertThat(temperature(nvml, 0).get(10, TimeUnit.SECONDS)).isEqualTo(40);
        }
    }

    @Test
    void aStallNeedsAWindow() {
        for (String wrong : List.of("yes", "30s", "30s..10s", "30s..", "..30s", "x..y")) {
            assertThatThrownBy(() -> running(TWO_GPUS + "[gpu 0]\nstall = " + wrong + "\n"))
                    .as(wrong)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("a time from which and one until which, such as 60s..90s");
        }
    }

    @Test
    void anOpenDriverHasADescriptorPerNodeAndNoneIsLeftAfterShutdown() throws Exception {
        int before = nodes();
        Nvml nvml = running(TWO_GPUS);
        try (NvmlEventSet events = nvml.eventSet()) {
            assertThat(nodes() - before).isEqualTo(3);
            assertThat(SimulatedDriver.openHandles(nvml))
                    .as("nvmlInit and an event set")
                    .isEqualTo(2);
            assertThat(events.register(nvml.device(0), EventType.XID_CRITICAL_ERROR.bit()))
                    .isNotZero();
        }
        assertThat(SimulatedDriver.openHandles(nvml)).isEqualTo(1);
        nvml.close();
        assertThat(nodes()).isEqualTo(before);
    }

    private static int nodes() throws IOException {
        int nodes = 0;
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.isSymbolicLink(descriptor)
                        && Files.readSymbolicLink(descriptor).toString().startsWith("/memfd:nvidia")) {
                    nodes++;
                }
            }
        }
        return nodes;
    }

    private static CompletableFuture<Integer> temperature(Nvml nvml, int gpu) {
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                answer.complete(nvml.device(gpu).temperature());
            } catch (NvmlException e) {
                answer.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return answer;
    }

    private static void assertStuck(CompletableFuture<Integer> call) {
        assertThatThrownBy(() -> call.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
    }

    private Nvml running(String sections) throws Exception {
        Nvml nvml = Simulator.alone(directory, sections);
        SimulatedDriver.setTime(nvml, -1);
        return nvml;
    }

    private void write(String sections) throws IOException {
        Path file = directory.resolve("test.scenario");
        String old = Files.readString(file);
        Files.writeString(file, old.substring(0, old.indexOf("[gpu 0..1]")) + sections);
    }
}
