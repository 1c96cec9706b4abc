package dev.gpudiag.checks.kernellog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.kernellog.KernelEvent.Kind;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KernelLogParserTest {

    private final KernelLogParser parser = new KernelLogParser(XidCatalogue.shipped());

    private KernelEvent read(String line) {
        return parser.read(line).orElseThrow();
    }

    private List<KernelEvent> readAll(String... lines) {
        return Stream.of(lines).flatMap(line -> parser.read(line).stream()).toList();
    }

    @Test
    void processAndNameAreTakenApartFromTheMessage() {
        KernelEvent event =
                read("[  12.5] NVRM: Xid (PCI:0000:01:00): 31, pid=1234, name=python3, Ch 0000003b, intr 1");
        assertThat(event.kind()).isEqualTo(Kind.XID);
        assertThat(event.code()).hasValue(31);
        assertThat(event.pciBusId()).contains("0000:01:00.0");
        assertThat(event.pid()).hasValue(1234);
        assertThat(event.process()).contains("python3");
        assertThat(event.message()).isEqualTo("Ch 0000003b, intr 1");
        assertThat(event.severity()).isEqualTo(Status.WARNING);
    }

    @Test
    void unknownProcessIsNoProcess() {
        KernelEvent event =
                read("NVRM: Xid (PCI:0000:05:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.");
        assertThat(event.pid()).isEmpty();
        assertThat(event.process()).isEmpty();
        assertThat(event.message()).isEqualTo("GPU has fallen off the bus.");
        assertThat(event.severity()).isEqualTo(Status.CRITICAL);
    }

    @Test
    void commasAndColonsInNameStayInName() {
        KernelEvent event =
                read("NVRM: Xid (PCI:0000:05:00): 13, pid=7, name=ray::a, b: c, Graphics Exception: ESR 0x1");
        assertThat(event.process()).contains("ray::a, b: c");
        assertThat(event.message()).isEqualTo("Graphics Exception: ESR 0x1");
    }

    @Test
    void migFormNamesItsInstances() {
        KernelEvent event =
                read("NVRM: Xid (PCI:0000:01:00 GPU-I:05 GPU-CI:02): 94, pid=9, name=x, Contained: LTC (0x1)");
        assertThat(event.gpuInstance()).hasValue(5);
        assertThat(event.computeInstance()).hasValue(2);
        assertThat(event.pciBusId()).contains("0000:01:00.0");
        assertThat(read("NVRM: Xid (PCI:0000:01:00 GPU-I:05): 13, x").computeInstance())
                .isEmpty();
    }

    @Test
    void oldFormHasNoPciWord() {
        assertThat(read("NVRM: Xid (0000:03:00): 14, Channel 00000001").pciBusId())
                .contains("0000:03:00.0");
    }

    @ParameterizedTest
    @CsvSource({
        "94, 'Contained: SM (0x1, 0x2). RST: No, D-RST: No', WARNING",
        "94, 'Contained: SM (0x1, 0x2). RST: Yes, D-RST: No', CRITICAL",
        "95, 'Uncontained: FBHUB. RST: Yes, D-RST: Yes', CRITICAL",
        "154, 'GPU recovery action changed from 0x0 (None) to 0x4 (Drain and Reset)', CRITICAL",
        "154, 'GPU recovery action changed from 0x4 (Drain and Reset) to 0x0 (None)', INFO",
        "154, 'GPU recovery action changed from 0x0 (None) to 0x3 (Drain P2P)', WARNING",
        "154, 'GPU recovery action changed from 0x0 (None) to 0x9 (Dance)', UNKNOWN",
        "154, 'garbage', UNKNOWN",
        "149, 'NETIR_LINK_EVT  Fatal   XC0 i0 Link 01 (0x021425c6 0x0)', CRITICAL",
        "145, 'RLW_REMAP Nonfatal XC0 i0 Link 01 (0x0 0x0)', WARNING",
        "145, 'Placeholder', UNKNOWN",
        "63, 'Row Remapper: New row marked', WARNING",
        "999, 'never heard of', UNKNOWN"
    })
    void messageBeatsNumberWhereItSaysMore(int xid, String message, Status severity) {
        KernelEvent event = read("NVRM: Xid (PCI:0000:01:00): " + xid + ", " + message);
        assertThat(event.severity()).isEqualTo(severity);
        assertThat(event.action()).isNotBlank();
    }

    @ParameterizedTest
    @CsvSource({
        "'20034, Fatal, Link 48 LTSSM Fault Up', CRITICAL",
        "'12028, Non-fatal, Link 32 egress non-posted PRIV error (First)', WARNING",
        "'12020, Non-fatal, Link 32 whatever', CRITICAL",
        "'20034, Data {0x50610002, 0x10100030}', INFO",
        "'20034, Severity 1 Engine instance 60 Sub-engine instance 00', INFO",
        "'20034', CRITICAL",
        "'99034', UNKNOWN"
    })
    void switchErrorSaysHowBadItIs(String tail, Status severity) {
        KernelEvent event = read("nvidia-nvswitch3: SXid (PCI:0000:05:00.0): " + tail);
        assertThat(event.kind()).isEqualTo(Kind.SXID);
        assertThat(event.severity()).isEqualTo(severity);
        assertThat(event.pciBusId()).contains("0000:05:00.0");
    }

    @Test
    void busLossIsSeenWithoutAnXid() {
        assertThat(read("NVRM: GPU 18:00.0: GPU has fallen off the bus.").pciBusId())
                .contains("0000:18:00.0");
        List<KernelEvent> events = readAll(
                "[ 1843.3] NVRM: The NVIDIA GPU 0000:b3:00.0",
                "NVRM: (PCI ID: 10de:26b5) installed in this system has",
                "NVRM: fallen off the bus and is not responding to commands.");
        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.kind()).isEqualTo(Kind.BUS_LOSS);
            assertThat(event.pciBusId()).contains("0000:b3:00.0");
            assertThat(event.line()).isEqualTo(4);
        });
    }

    @Test
    void versionMismatchIsOneEventInBothWordings() {
        assertThat(readAll(
                        "NVRM: API mismatch: the client has the version 535.104.05, but",
                        "NVRM: this kernel module has the version 550.54.15.  Please"))
                .singleElement()
                .satisfies(event ->
                        assertThat(event.message()).contains("535.104.05").contains("550.54.15"));
        assertThat(readAll(
                        "NVRM: API mismatch: the client 'nvidia-smi' (pid 4711)",
                        "NVRM: has the version 595.45.04, but this kernel module has",
                        "NVRM: the version 595.71.05.  Please"))
                .singleElement()
                .satisfies(event ->
                        assertThat(event.message()).contains("595.45.04").contains("595.71.05"));
    }

    @Test
    void initializationAndBusErrorsAreEventsOfTheirDevice() {
        KernelEvent refused = read("[ 21.0] NVRM: GPU 0000:01:00.0: RmInitAdapter failed! (0x22:0x56:894)");
        assertThat(refused.kind()).isEqualTo(Kind.OTHER);
        assertThat(refused.pciBusId()).contains("0000:01:00.0");
        KernelEvent aer = read("pcieport 0000:3a:00.0: PCIe Bus Error: severity=Uncorrected (Fatal), type=Transaction");
        assertThat(aer.severity()).isEqualTo(Status.CRITICAL);
        assertThat(read("nvidia 0000:3a:00.0: PCIe Bus Error: severity=Corrected, type=Physical Layer")
                        .severity())
                .isEqualTo(Status.INFO);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "NVRM: GPU at PCI:0000:01:00: GPU-8a47641b-dff6-f09f-618c-c3eb58fb430d",
                "usb 1-1: new high-speed USB device",
                "NVRM: Xid (PCI:zz): 79, x",
                "NVRM: Xid (PCI:0000:01:00): xyz, Fatal",
                "NVRM: Xid (PCI:0000:01:00",
                "nvidia-nvswitch0: SXid (PCI:0000:00:00.0): xyz, Fatal error"
            })
    void otherLinesAreNoEvents(String line) {
        assertThat(parser.read(line)).isEmpty();
    }

    @Test
    void addressesOfEveryLengthAreSysfsForm() {
        assertThat(PciAddress.parse("PCI:00000000:AF:00.0")).contains("0000:af:00.0");
        assertThat(PciAddress.parse("PCI:FFFFFFFF:AF:00")).contains("ffffffff:af:00.0");
        assertThat(PciAddress.parse("0009:01:00")).contains("0009:01:00.0");
        assertThat(PciAddress.parse("PCI:...")).isEmpty();
    }

    @Test
    void aHundredThousandMutatedLinesNeverBreakIt() {
        String[] seeds = {
            "[1.2] NVRM: Xid (PCI:0000:01:00 GPU-I:05 GPU-CI:02): 94, pid=9, name=a, b, Contained: x RST: Yes",
            "NVRM: Xid (PCI:0000:01:00): 154, GPU recovery action changed from 0x0 (None) to 0x1 (GPU Reset Required)",
            "nvidia-nvswitch3: SXid (PCI:0000:05:00.0): 12028, Non-fatal, Link 32 egress",
            "NVRM: API mismatch: the client has the version 1, but",
            "pcieport 0000:3a:00.0: PCIe Bus Error: severity=Corrected, type=Physical Layer"
        };
        Random random = new Random(7);
        int events = 0;
        for (int i = 0; i < 100_000; i++) {
            StringBuilder line = new StringBuilder(seeds[random.nextInt(seeds.length)]);
            for (int edit = random.nextInt(4); edit >= 0; edit--) {
                int at = random.nextInt(line.length());
                switch (random.nextInt(3)) {
                    case 0 -> line.setCharAt(at, (char) random.nextInt(0x250));
                    case 1 -> line.insert(at, line.substring(0, at));
                    default -> line.deleteCharAt(at);
                }
            }
            Optional<KernelEvent> event = parser.read(line.toString());
            events += event.isPresent() ? 1 : 0;
        }
        assertThat(events).isBetween(20_000, 99_000);
    }

    @Test
    void lineWithoutEndIsReadToItsLimitOnly() {
        String endless = "NVRM: Xid (PCI:0000:01:00): 13, pid=1, name=" + "a, ".repeat(5_000_000);
        assertThat(read(endless).message().length()).isLessThan(KernelLogParser.LINE_LIMIT);
    }
}
