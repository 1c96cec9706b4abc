package dev.gpudiag.agent.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.sun.management.ThreadMXBean;
import dev.gpudiag.agent.report.TorchJson;
import dev.gpudiag.agent.report.TorchText;
import dev.gpudiag.checks.memory.torch.Snapshot;
import dev.gpudiag.checks.memory.torch.SnapshotAnalysis;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand snapshots with bytes changed, cut, copied and put in: each is judged or refused, in little memory. */
class MutatedPicklesTest {

    private static final int COUNT = 10_000;
    private static final long SEED = 20261124;

    /** What one small file may allocate in all while it is read and printed. */
    private static final long ALLOCATION_LIMIT = 64L << 20;

    @TempDir
    private static Path folder;

    private static List<byte[]> seeds() throws IOException, InterruptedException {
        PythonSnapshots.write(folder);
        List<byte[]> seeds = new ArrayList<>();
        for (Path file : PythonSnapshots.pickles(folder)) {
            if (Files.size(file) < 16_000) {
                seeds.add(Files.readAllBytes(file));
            }
        }
        return seeds;
    }

    @Test
    void mutatedPicklesAreJudgedOrRefusedAndNeverDoAnythingElse() throws Exception {
        List<byte[]> seeds = seeds();
        Random random = new Random(SEED);
        int[] outcomes = new int[2];
        assertTimeoutPreemptively(Duration.ofMinutes(5), () -> {
            for (int i = 0; i < COUNT; i++) {
                byte[] pickle = mutated(seeds, random);
                outcomes[read(pickle, "mutation " + i) ? 0 : 1]++;
            }
        });
        System.out.println(COUNT + " mutated pickles: " + outcomes[0] + " judged, " + outcomes[1] + " refused");
        assertThat(outcomes[0] + outcomes[1]).isEqualTo(COUNT);
        assertThat(outcomes[0]).as("some mutations leave a snapshot").isGreaterThan(COUNT / 100);
        assertThat(outcomes[1]).as("some do not").isGreaterThan(COUNT / 100);
    }

    private static boolean read(byte[] pickle, String name) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        boolean judged;
        try {
            Snapshot snapshot = SnapshotReader.read(new ByteArrayInputStream(pickle), true);
            SnapshotAnalysis analysis = SnapshotAnalysis.of(snapshot);
            assertThat(TorchJson.of(analysis)).matches("[ -~\n]*");
            TorchText.of(analysis)
                    .lines()
                    .forEach(line -> assertThat(line).as(name).matches("[ -~]*").hasSizeLessThanOrEqualTo(120));
            judged = true;
        } catch (TorchFileException e) {
            assertThat(e.getMessage()).as(name).isNotEmpty();
            judged = false;
        } catch (IOException | RuntimeException | Error e) {
            throw new AssertionError(name + " of " + pickle.length + " bytes", e);
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).as(name).isLessThan(ALLOCATION_LIMIT);
        return judged;
    }

    private static byte[] mutated(List<byte[]> seeds, Random random) {
        byte[] pickle = seeds.get(random.nextInt(seeds.size())).clone();
        int rounds = 1 + random.nextInt(4) / 2;
        for (int i = 0; i < rounds; i++) {
            pickle = switch (random.nextInt(10)) {
                case 0, 6, 7, 8 -> flipped(pickle, random);
                case 1 -> withOpcode(pickle, random);
                case 2 -> without(pickle, random);
                case 3 -> spliced(pickle, pickle, random);
                case 4 -> spliced(pickle, seeds.get(random.nextInt(seeds.size())), random);
                default -> replaced(pickle, random);
            };
        }
        return pickle;
    }

    private static byte[] flipped(byte[] pickle, Random random) {
        byte[] changed = pickle.clone();
        changed[random.nextInt(pickle.length)] ^= (byte) (1 << random.nextInt(8));
        return changed;
    }

    private static byte[] replaced(byte[] pickle, Random random) {
        byte[] changed = pickle.clone();
        int from = random.nextInt(pickle.length);
        for (int i = from; i < Math.min(pickle.length, from + 1 + random.nextInt(8)); i++) {
            changed[i] = (byte) (random.nextBoolean() ? 0xff : random.nextInt(256));
        }
        return changed;
    }

    private static byte[] withOpcode(byte[] pickle, Random random) {
        PickleOpcode[] opcodes = PickleOpcode.values();
        PickleOpcode opcode = opcodes[random.nextInt(opcodes.length)];
        int code = 0;
        while (PickleOpcode.of(code) != opcode) {
            code++;
        }
        int at = random.nextInt(pickle.length);
        return join(pickle, 0, at, new byte[] {(byte) code}, 0, 1, pickle, at);
    }

    private static byte[] without(byte[] pickle, Random random) {
        int from = random.nextInt(pickle.length);
        int to = Math.min(pickle.length, from + 1 + random.nextInt(32));
        return pickle.length - (to - from) == 0 ? pickle : join(pickle, 0, from, pickle, 0, 0, pickle, to);
    }

    private static byte[] spliced(byte[] pickle, byte[] other, Random random) {
        int from = random.nextInt(other.length);
        int to = Math.min(other.length, from + random.nextInt(512));
        int at = random.nextInt(pickle.length);
        return join(pickle, 0, at, other, from, to, pickle, at);
    }

    private static byte[] join(
            byte[] head, int from, int to, byte[] middle, int start, int end, byte[] tail, int rest) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        joined.write(head, from, to - from);
        joined.write(middle, start, end - start);
        joined.write(tail, rest, tail.length - rest);
        return joined.toByteArray();
    }
}
