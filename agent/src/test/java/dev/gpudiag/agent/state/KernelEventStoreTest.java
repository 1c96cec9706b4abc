package dev.gpudiag.agent.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.kernellog.KernelLogParser;
import dev.gpudiag.checks.kernellog.LoggedEvent;
import dev.gpudiag.checks.kernellog.XidCatalogue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelEventStoreTest {

    @TempDir
    private Path folder;

    private final StateHealth health = new StateHealth();

    private static LoggedEvent event(String line, long sequence) {
        return new LoggedEvent(
                new KernelLogParser(XidCatalogue.shipped()).read(0, line).orElseThrow(),
                Optional.of(Instant.parse("2026-11-23T12:00:00.5Z")),
                Optional.of("boot"),
                OptionalLong.of(sequence),
                "/dev/kmsg");
    }

    private void save(Path folder, KernelLog log) throws InterruptedException {
        try (StateWriter writer = new StateWriter(health)) {
            new KernelEventStore(folder).savedBy(writer).accept(log);
            assertThat(writer.await(Duration.ofSeconds(20))).isTrue();
        }
    }

    private static KernelLog log(LoggedEvent... events) {
        return new KernelLog("/dev/kmsg", Optional.empty(), Optional.empty(), List.of(events), List.of(), List.of());
    }

    private static final LoggedEvent XID =
            event("NVRM: Xid (PCI:0000:01:00 GPU-I:05 GPU-CI:01): 31, pid=7, name=a\u001b\"b, Ch 0000003b", 1);
    private static final LoggedEvent LOST = event("NVRM: GPU 0000:01:00.0: GPU has fallen off the bus.", 2);

    @Test
    void whatWasSavedIsLoadedAsItWas() throws Exception {
        save(folder, log(XID, LOST));
        assertThat(new KernelEventStore(folder).load()).containsExactly(XID, LOST);
    }

    @Test
    void nothingIsThereBeforeTheFirstTimeAndBrokenLinesAreLeftOut() throws Exception {
        assertThat(new KernelEventStore(folder).load()).isEmpty();
        save(folder, log(XID));
        Files.writeString(folder.resolve("kernel-events.ndjson"), """
                {
                {"schema_version":1,"kind":"XID","severity":"INFO"}
                {"schema_version":9}
                "x"
                {"schema_version":1,"kind":"OTHER","severity":"INFO","at":"yesterday"}
                """, StandardOpenOption.APPEND);
        assertThat(new KernelEventStore(folder).load()).containsExactly(XID);
    }

    @Test
    void aFolderThatCannotBeWrittenStopsNothing() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        save(file.resolve("below"), log(XID));
        assertThat(new KernelEventStore(file.resolve("below")).load()).isEmpty();
        assertThat(health.stores().get("kernel-events")).contains(file.toString());
    }

    @Test
    void aLinkInPlaceOfTheFileIsNotFollowed() throws Exception {
        save(folder, log(XID));
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.createSymbolicLink(other.resolve("kernel-events.ndjson"), folder.resolve("kernel-events.ndjson"));
        assertThat(new KernelEventStore(other).load()).isEmpty();
    }

    @Test
    void aFileOfANewerGpudiagIsKeptAsideAndAnotherOneNeverReplacesIt() throws Exception {
        Path file = folder.resolve("kernel-events.ndjson");
        Files.writeString(file, "{\"schema_version\":9,\"a\":1}\n");
        save(folder, log(XID));
        Files.writeString(file, "{\"schema_version\":9,\"a\":2}\n");
        save(folder, log(XID));

        assertThat(folder.resolve("kernel-events.ndjson.v9")).hasContent("{\"schema_version\":9,\"a\":1}");
        assertThat(folder.resolve("kernel-events.ndjson.v9.1")).hasContent("{\"schema_version\":9,\"a\":2}");
        assertThat(new KernelEventStore(folder).load()).containsExactly(XID);
    }

    @Test
    void aDamagedFileIsKeptBeforeItIsReplaced() throws Exception {
        Files.writeString(folder.resolve("kernel-events.ndjson"), "{\"schema_ver");
        save(folder, log(XID));

        assertThat(folder.resolve("kernel-events.ndjson.broken")).hasContent("{\"schema_ver");
        assertThat(new KernelEventStore(folder).load()).containsExactly(XID);
    }
}
