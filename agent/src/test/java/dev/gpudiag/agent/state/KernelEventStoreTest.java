package dev.gpudiag.agent.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.kernellog.KernelLog;
import dev.gpudiag.checks.kernellog.KernelLogParser;
import dev.gpudiag.checks.kernellog.LoggedEvent;
import dev.gpudiag.checks.kernellog.XidCatalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelEventStoreTest {

    @TempDir
    private Path folder;

    private static LoggedEvent event(String line, long sequence) {
        return new LoggedEvent(
                new KernelLogParser(XidCatalogue.shipped()).read(0, line).orElseThrow(),
                Optional.of(Instant.parse("2026-11-23T12:00:00.5Z")),
                Optional.of("boot"),
                OptionalLong.of(sequence),
                "/dev/kmsg");
    }

    private static KernelLog log(LoggedEvent... events) {
        return new KernelLog("/dev/kmsg", Optional.empty(), Optional.empty(), List.of(events), List.of(), List.of());
    }

    private static final LoggedEvent XID =
            event("NVRM: Xid (PCI:0000:01:00 GPU-I:05 GPU-CI:01): 31, pid=7, name=a\u001b\"b, Ch 0000003b", 1);
    private static final LoggedEvent LOST = event("NVRM: GPU 0000:01:00.0: GPU has fallen off the bus.", 2);

    @Test
    void whatWasSavedIsLoadedAsItWas() {
        new KernelEventStore(folder).accept(log(XID, LOST));
        assertThat(new KernelEventStore(folder).load()).containsExactly(XID, LOST);
    }

    @Test
    void nothingIsThereBeforeTheFirstTimeAndBrokenLinesAreLeftOut() throws IOException {
        assertThat(new KernelEventStore(folder).load()).isEmpty();
        new KernelEventStore(folder).accept(log(XID));
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
    void aFolderThatCannotBeWrittenStopsNothing() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        KernelEventStore store = new KernelEventStore(file.resolve("below"));
        store.accept(log(XID));
        assertThat(store.load()).isEmpty();
    }

    @Test
    void aLinkInPlaceOfTheFileIsNotFollowed() throws IOException {
        new KernelEventStore(folder).accept(log(XID));
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.createSymbolicLink(other.resolve("kernel-events.ndjson"), folder.resolve("kernel-events.ndjson"));
        assertThat(new KernelEventStore(other).load()).isEmpty();
    }
}
