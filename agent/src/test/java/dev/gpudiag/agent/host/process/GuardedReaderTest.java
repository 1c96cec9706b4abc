package dev.gpudiag.agent.host.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.Reading.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that hangs whoever reads it, as one does whose memory map is locked in the kernel. */
class GuardedReaderTest {

    private static final Duration EACH = Duration.ofSeconds(1);

    @TempDir
    Path directory;

    private final CountDownLatch end = new CountDownLatch(1);
    private ProcTree tree;
    private GuardedReader reader;

    @BeforeEach
    void layOut() {
        tree = new ProcTree(directory);
        LongStream.rangeClosed(1, 20).forEach(pid -> tree.process(pid).environ("CUDA_VERSION=12.4.1"));
    }

    @AfterEach
    void end() {
        end.countDown();
    }

    /** A reader that hangs at the maps of processes from {@code first} to {@code last}. */
    private void hangingAt(long first, long last) {
        List<String> files = LongStream.rangeClosed(first, last)
                .mapToObj(pid -> "/proc/" + pid + "/maps")
                .toList();
        reader = new GuardedReader(tree.host(), EACH, file -> {
            if (files.contains(file)) {
                await();
            }
        });
    }

    private void await() {
        try {
            end.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private GuardedReader.Result read(Long... pids) {
        return reader.read(
                List.of(pids), System.nanoTime() + Duration.ofSeconds(60).toNanos());
    }

    @Test
    void theOthersAreRead() {
        hangingAt(2, 2);
        GuardedReader.Result result = read(1L, 2L, 3L);

        assertThat(result.holders()).extracting(GpuHolder::pid).containsExactly(1L, 2L, 3L);
        assertThat(result.holders().get(0).cuda().isPresent()).isTrue();
        assertThat(result.holders().get(2).cuda().isPresent()).isTrue();
        assertThat(result.gaps()).isEmpty();
    }

    @Test
    void whatTheKernelTellsAtOnceOfTheHangingOneIsKnown() {
        hangingAt(2, 2);
        GpuHolder hanging = read(2L).holders().getFirst();

        assertThat(hanging.command().value()).contains("python3");
        assertThat(hanging.knownWorkload().orElseThrow().describe()).isEqualTo("user alice");
        assertThat(hanging.cuda().reason()).contains(Reason.TIMED_OUT);
        assertThat(hanging.cuda().describe()).isEqualTo("reading /proc/2/maps has not returned for 1 s");
    }

    @Test
    void itIsNotReadAgainWhileItHangs() {
        hangingAt(2, 2);
        read(2L);
        GuardedReader.Result again = read(2L, 3L);

        assertThat(again.holders().get(0).cuda().describe()).contains("/proc/2/maps has not returned");
        assertThat(again.holders().get(0).command().isPresent()).isTrue();
        assertThat(again.holders().get(1).cuda().isPresent()).isTrue();
    }

    @Test
    void onceItHasComeBackItIsReadAgain() {
        hangingAt(2, 2);
        read(2L);
        end.countDown();
        long until = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        GpuHolder holder = read(2L).holders().getFirst();
        while (!holder.cuda().isPresent() && System.nanoTime() < until) {
            holder = read(2L).holders().getFirst();
        }

        assertThat(holder.cuda().isPresent()).isTrue();
    }

    @Test
    void manyThatHangCostEightThreadsAndAreSaid() {
        hangingAt(1, 20);
        GuardedReader.Result result = read(LongStream.rangeClosed(1, 20).boxed().toArray(Long[]::new));

        assertThat(result.holders()).hasSize(20);
        assertThat(result.holders())
                .allSatisfy(holder -> assertThat(holder.cuda().failed()).isTrue());
        assertThat(result.gaps())
                .singleElement()
                .satisfies(
                        gap -> assertThat(gap.detail())
                                .isEqualTo(
                                        "12 of 20 processes were not looked at: 8 others hang in the kernel while they are read"));
    }
}
