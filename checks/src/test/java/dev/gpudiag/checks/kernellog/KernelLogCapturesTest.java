package dev.gpudiag.checks.kernellog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gpudiag.checks.DataTable;
import dev.gpudiag.checks.kernellog.KernelEvent.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Every line of the recorded kernel logs is an event with the right figures, or known not to be one. */
class KernelLogCapturesTest {

    private static final Path LOGS =
            Path.of(System.getProperty("gpudiag.shared", "../shared")).resolve("captures/kernel-log");

    /** What the driver also says, and what is no news of a fault. */
    private static final List<String> NO_EVENT = List.of(
            "NVRM: loading NVIDIA UNIX",
            "NVRM: GPU at PCI:",
            "NVRM: GPU Board Serial Number",
            "GPU serial number is",
            "kbifCacheVFInfo",
            "osInitNvMapping",
            "rm_init_adapter failed, device minor number",
            "kflcnCoreDumpNondestructive",
            "The NVIDIA GPU 0000:",
            "installed in this system has",
            "(PCI:...)",
            ": xyz, ");

    private static List<String> lines(String file) throws IOException {
        assumeTrue(Files.isDirectory(LOGS), "no recorded kernel logs here");
        return Files.readAllLines(LOGS.resolve(file));
    }

    @Test
    void everyRecordedLineIsReadAsItsOwnColumnsSay() throws IOException {
        KernelLogParser parser = new KernelLogParser(XidCatalogue.shipped());
        List<String> wrong = new ArrayList<>();
        int numbered = 0;
        for (String row : lines("xid-lines.csv").stream().skip(1).toList()) {
            List<String> cells = DataTable.cells(row);
            Optional<KernelEvent> event = parser.read(cells.get(3));
            boolean expected = cells.get(0).matches("\\d+") && !cells.get(1).contains("...");
            if (!expected) {
                if (event.isEmpty() && NO_EVENT.stream().noneMatch(cells.get(3)::contains)) {
                    wrong.add("not an event: " + row);
                }
                continue;
            }
            numbered++;
            String address = event.flatMap(KernelEvent::pciBusId).orElse("none");
            if (event.isEmpty()
                    || event.get().code().orElse(-1) != Integer.parseInt(cells.get(0))
                    || !address.startsWith(cells.get(1).toLowerCase(Locale.ROOT))
                    || event.get().kind() != (cells.get(2).equals("sxid") ? Kind.SXID : Kind.XID)) {
                wrong.add(row + " -> " + event);
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(numbered).isGreaterThan(700);
    }

    @Test
    void processAndNameAreNeverLeftInTheMessage() throws IOException {
        KernelLogParser parser = new KernelLogParser(XidCatalogue.shipped());
        for (String row : lines("xid-lines.csv").stream().skip(1).toList()) {
            parser.read(DataTable.cells(row).get(3)).ifPresent(event -> {
                assertThat(event.message()).doesNotContain("pid=", "name=");
                assertThat(row.matches(".*\\bpid=\\d+.*")).isEqualTo(event.pid().isPresent());
            });
        }
    }

    @Test
    void logsOfWholeMachinesAreRead() throws IOException {
        KernelLogParser parser = new KernelLogParser(XidCatalogue.shipped());
        assertThat(lines("gpud_dmesg.decode.iso.log").stream()
                        .flatMap(line -> parser.read(line).stream())
                        .filter(event -> event.kind() == Kind.XID))
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.code().orElse(0)).isIn(13, 43));
        assertThat(lines("gpud_sxid-readme.log").stream().flatMap(line -> parser.read(line).stream()))
                .extracting(KernelEvent::kind)
                .contains(Kind.XID, Kind.BUS_LOSS, Kind.SXID);
        assertThat(lines("gpud_kmsg.2.peermem.log").stream().flatMap(line -> parser.read(line).stream()))
                .hasSize(7)
                .allSatisfy(event -> assertThat(event.kind()).isEqualTo(Kind.OTHER));
        assertThat(lines("gpud_fabricmanager.log").stream().flatMap(line -> parser.read(line).stream()))
                .isEmpty();
    }
}
