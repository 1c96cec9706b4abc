package dev.gpudiag.agent.host.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gpudiag.telemetry.Gap;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.HostSample;
import dev.gpudiag.telemetry.Reading;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever owns a process can fill its file system, its environment and its name as he likes. */
class HostileProcessTest {

    private static final long TEN_GIGABYTES = 10L * 1024 * 1024 * 1024;
    private static final int MANY = 100_000;
    private static final String SITE = "/opt/lib/python3.11/site-packages";
    private static final String SECRET = "cuda = '99.9' root:$6$secret:19000:0:99999:7:::";

    @TempDir
    Path directory;

    private ProcTree tree;
    private Path outside;

    /** A process that is well, beside each hostile one. */
    @BeforeEach
    void layOut() throws IOException {
        tree = new ProcTree(directory.resolve("host"));
        tree.process(9).environ("CUDA_VERSION=12.4.1").inside("dev/nvidia0", "");
        outside = Files.writeString(directory.resolve("shadow"), SECRET);
        tree.file("etc/shadow", SECRET);
    }

    /** The hostile process, after the other was found to be judged and nothing of outside to have been read. */
    private GpuHolder look() {
        HostSample sample = tree.look(7L);
        GpuHolder other = sample.holder(9).orElseThrow();
        assertThat(other.cuda().value().orElseThrow().versions().value().orElseThrow())
                .extracting(trace -> trace.version())
                .containsExactly("12.4.1");
        assertThat(sample.toString()).doesNotContain("secret", "99.9");
        return sample.holder(7).orElseThrow();
    }

    private static List<String> versions(GpuHolder holder) {
        return holder.cuda().value().orElseThrow().versions().value().orElseThrow().stream()
                .map(trace -> trace.version())
                .toList();
    }

    @Test
    void noLinkLeadsOutOfItsFileSystem() {
        String up = "../".repeat(40);
        tree.process(7)
                .maps(SITE + "/torch/_C.so")
                .insideLink("usr/local/cuda/version.json", "/etc/shadow")
                .insideLink("usr/local/cuda/version.txt", outside.toString())
                .insideLink(SITE.substring(1) + "/torch/version.py", up + outside)
                .insideLink("var/lib/dpkg/status", up + "etc/shadow")
                .insideLink("opt/conda", "/proc/1/root")
                .insideLink("dev", "/");

        assertThat(versions(look())).isEmpty();
    }

    @Test
    void aFileSystemThatIsALinkItselfIsRefused() throws IOException {
        tree.process(7);
        Files.delete(tree.path().resolve("proc/7/root"));
        tree.link("proc/7/root", directory.toString());

        GpuHolder holder = look();
        assertThat(holder.cuda().value().orElseThrow().deviceNodes().failed()).isTrue();
    }

    @Test
    void linksInACircleEnd() {
        tree.process(7)
                .insideLink("usr/local/cuda", "cuda-1.1")
                .insideLink("usr/local/cuda-1.1", "/usr/local/cuda")
                .insideLink("dev", "dev");

        assertThat(versions(look())).containsExactly("1.1");
    }

    @Test
    void fifosAndDevicesAreNotOpened() throws IOException {
        ProcTree.Laid process = tree.process(7).maps(SITE + "/torch/_C.so");
        for (String file :
                List.of("usr/local/cuda/version.json", SITE.substring(1) + "/torch/version.py", "dev/nvidia1")) {
            tree.fifo("proc/7/root/" + file);
        }
        tree.fifo("proc/7/root/var/lib/dpkg/status");
        for (String file : List.of("environ", "cmdline", "cgroup", "comm")) {
            tree.fifo("proc/7/" + file);
        }
        process.insideLink("usr/local/cuda/version.txt", "/dev/zero");

        GpuHolder holder = look();
        assertThat(holder.command().describe()).contains("not a regular file");
        assertThat(holder.workload().failed()).isTrue();
        assertThat(holder.cuda().value().orElseThrow().environment().failed()).isTrue();
    }

    @Test
    void hugeFilesAreReadInPart() throws IOException {
        tree.process(7).maps(SITE + "/torch/_C.so");
        for (String file : List.of(
                "environ",
                "cmdline",
                "cgroup",
                "comm",
                "maps",
                "status",
                "root/usr/local/cuda/version.json",
                "root/var/lib/dpkg/status",
                "root" + SITE + "/torch/version.py")) {
            sparse("proc/7/" + file);
        }

        GpuHolder holder = look();
        assertThat(holder.cuda().value().orElseThrow().libraries().describe()).contains("longer than 16777216 bytes");
    }

    private void sparse(String path) throws IOException {
        Path file = tree.path().resolve(path);
        Files.createDirectories(file.getParent());
        try (RandomAccessFile huge = new RandomAccessFile(file.toFile(), "rw")) {
            huge.setLength(TEN_GIGABYTES);
        }
    }

    /** One crowded directory, which is moved from place to place: to make one takes far longer than to read it. */
    @Test
    void directoriesOfAHundredThousandEntriesAreReadInPart() throws IOException {
        String uid = "7a96c459-d529-44ae-9f99-90d3798d6426";
        tree.process(7)
                .cgroup("0::/kubepods/pod" + uid + "/" + "a".repeat(64))
                .maps(SITE + "/nvidia/cuda_runtime/lib/libcudart.so.12")
                .insideLink(SITE.substring(1), "/dev")
                .insideLink("usr/local", "/dev");
        Path crowded = Files.createDirectories(tree.path().resolve("proc/7/root/dev"));
        for (int i = 0; i < MANY; i++) {
            Files.createFile(crowded.resolve("nvidia" + i + ".dist-info"));
        }

        assertThat(look().cuda().value().orElseThrow().deviceNodes().value().orElseThrow())
                .hasSizeLessThanOrEqualTo(512);

        Path files = tree.path().resolve("proc/7/fd");
        delete(files);
        Files.move(crowded, files);
        assertThat(look().openDevices().value().orElseThrow()).isEmpty();

        Files.move(
                files, Files.createDirectories(tree.path().resolve("var/log")).resolve("pods"));
        tree.link("proc/7/fd/3", "/dev/nvidia0");
        assertThat(look().knownWorkload().orElseThrow().name()).isEqualTo("with uid " + uid);
        assertThat(tree.look().gaps()).extracting(Gap::source).containsExactly("/var/log/pods");
    }

    @Test
    void escapeSequencesAreKeptAsTextAndTellNoVersion() {
        tree.process(7)
                .own("comm", "\u001b]0;owned\u0007\n")
                .own("stat", "7 (a) b\n) R 1) S 1 1 1 0 -1 4194560 1 0 0 0 1 1 0 0 20 0 1 0 815 1 1\n")
                .environ("CUDA_VERSION=12.4\u001b[2J", "NVIDIA_VISIBLE_DEVICES=\u001b[31mall", "EVIL=\u001b[2J")
                .maps("/tmp/\u001b[2J/libcudart.so.12.4\u001b[0m", "/tmp/libcudart.so.12.4.127\n");

        GpuHolder holder = look();
        assertThat(versions(holder)).containsExactly("12.4.127");
        assertThat(holder.startTicks().value()).contains(815L);
        assertThat(holder.cuda().value().orElseThrow().environment().value().orElseThrow())
                .containsOnlyKeys("CUDA_VERSION", "NVIDIA_VISIBLE_DEVICES");
    }

    @Test
    void anEnvironmentOfAMillionVariablesIsBounded() {
        StringBuilder variables = new StringBuilder();
        for (int i = 0; i < MANY; i++) {
            variables
                    .append("NVIDIA_REQUIRE_")
                    .append(i)
                    .append('=')
                    .append("x".repeat(100))
                    .append('\0');
        }
        tree.process(7).own("environ", variables.toString());

        assertThat(look().cuda().value().orElseThrow().environment().value().orElseThrow())
                .hasSizeLessThan(100);
    }

    @Test
    void garbageInEveryFileIsNoReasonToStop() {
        String garbage = "\u0000\u0001\uffff)(".repeat(500);
        ProcTree.Laid process = tree.process(7);
        for (String file : List.of("environ", "cmdline", "cgroup", "comm", "maps", "status", "stat")) {
            process.own(file, garbage);
        }
        process.inside("usr/local/cuda/version.json", "{".repeat(60_000));

        GpuHolder holder = look();
        assertThat(holder.startTicks().failed()).isTrue();
        assertThat(versions(holder)).isEmpty();
    }

    @Test
    void aRuntimesRecordThatIsNoneIsNoRecord() {
        String id = "b".repeat(64);
        tree.process(7).cgroup("0::/system.slice/docker-" + id + ".scope");
        tree.file("var/lib/docker/containers/" + id + "/config.v2.json", "[".repeat(100_000));

        assertThat(look().knownWorkload().orElseThrow().name()).isEqualTo("bbbbbbbbbbbb");
    }

    @Test
    void aProcessThatDiedIsSaidToHaveEnded() throws IOException {
        tree.process(7);
        Files.delete(tree.path().resolve("proc/7/stat"));

        assertThat(look().startTicks().describe()).contains("/proc/7/stat does not exist");
    }

    @Test
    void aProcessWhosePidIsAnothersMeanwhileIsNotMixedUp() {
        tree.process(7).environ("CUDA_VERSION=12.4.1");
        HolderReader reader = new HolderReader(tree.host(), file -> {
            if (file.equals("/proc/7/environ")) {
                tree.process(7).own("stat", "7 (other) S 1 1 1 0 -1 4194560 1 0 0 0 1 1 0 0 20 0 1 0 9999 1 1\n");
            }
        });

        GpuHolder holder = reader.details(reader.basics(7).orElseThrow());
        assertThat(holder.cuda().describe()).contains("process 7 ended while it was read");
        assertThat(holder.startTicks().value()).contains(4711L);
    }

    @Test
    void aProcessThatEndsWhileItIsReadLeavesWhatWasReadBefore() {
        tree.process(7);
        HolderReader reader = new HolderReader(tree.host(), file -> {
            if (file.equals("/proc/7/maps")) {
                delete(tree.path().resolve("proc/7"));
            }
        });

        GpuHolder holder = reader.details(reader.basics(7).orElseThrow());
        assertThat(holder.cuda().describe()).contains("process 7 ended while it was read");
        assertThat(holder.knownWorkload().orElseThrow().describe()).isEqualTo("user alice");
    }

    private static void delete(Path path) {
        try (var paths = Files.walk(path)) {
            for (Path each : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aLinkPutInPlaceWhileTheRootIsWalkedIsNotFollowed() throws IOException {
        tree.process(7).inside("a/version.json", "inside");
        Path root = tree.path().resolve("proc/7/root");
        try (ProcessRoot opened = ProcessRoot.open(root)) {
            assertThat(opened.text("/a/version.json", 100)).isEqualTo("inside");
            delete(root.resolve("a"));
            Files.createSymbolicLink(root.resolve("a"), directory);
            Files.createFile(directory.resolve("version.json"));

            assertThatThrownBy(() -> opened.text("/a/version.json", 100)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> opened.text("/a/../../../shadow", 100)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> opened.text("/" + "x/".repeat(5_000), 100)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aProcessThatNVMLListsAndTheHostHasNotIsNotMadeUp() {
        HostSample sample = tree.look(4242L);

        assertThat(sample.holder(4242)).isEmpty();
        assertThat(sample.gaps()).isEmpty();
    }

    @Test
    void withoutTheHostsProcessesThisIsSaidOnce() throws IOException {
        delete(tree.path().resolve("proc/2"));
        HostSample sample = tree.look(4242L, 4243L);

        assertThat(sample.gaps()).singleElement().satisfies(gap -> {
            assertThat(gap.cause()).isEqualTo(Reading.Reason.NO_PERMISSION);
            assertThat(gap.detail()).contains("hostPID: true");
        });
    }

    @Test
    void withoutTimeNobodyIsNotTheAnswer() {
        HostProcesses processes = new HostProcesses(tree.host(), InstantSource.system());
        processes.begin(new DeviceScan(tree.host(), 0)); // not started: it gets nowhere
        HostSample sample = processes.look(Set.of(), ProcTree.TIME);

        assertThat(sample.holders().reason()).contains(Reading.Reason.TIMED_OUT);
        assertThat(sample.gaps()).extracting(Gap::cause).containsExactly(Reading.Reason.TIMED_OUT);
        assertThat(processes.look(Set.of(), ProcTree.TIME).holder(9))
                .as("the next look")
                .isPresent();
    }

    @Test
    void withoutTimeTheProcessesAreSaidNotToHaveBeenRead() {
        tree.process(7);
        HostSample sample = new HostProcesses(tree.host(), InstantSource.system()).look(Set.of(7L), Duration.ZERO);

        assertThat(sample.holder(7).orElseThrow().cuda().reason()).contains(Reading.Reason.TIMED_OUT);
        assertThat(sample.gaps()).extracting(Gap::cause).contains(Reading.Reason.TIMED_OUT);
    }
}
