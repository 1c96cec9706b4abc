package dev.gpudiag.checks.kernellog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.RecoveryAction;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorTablesTest {

    private static KernelEvent event(String line) {
        return new KernelLogParser(XidCatalogue.shipped()).read(line).orElseThrow();
    }

    @Test
    void theTableOfSwitchErrorsHasTheCodesOfTheFabricManagerGuideAndEachHasASource() {
        assertThat(SwitchErrors.shipped().entries()).hasSize(93).allSatisfy(entry -> {
            assertThat(entry.meaning()).isNotBlank();
            assertThat(entry.action()).isNotBlank();
            assertThat(entry.source()).isNotBlank();
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            20034 | Fatal, Link 48 LTSSM Fault Up                       | CRITICAL | drain the GPUs on this link
            20034 | Severity 1 Engine instance 60 Sub-engine instance 0 | INFO     | a detail
            20034 | Data {0x10000000, 0x10000000}                       | INFO     | a detail
            12028 | Non-fatal, Link 32 egress non-posted PRIV error     | WARNING  | drain the GPUs on this link and reset
            19049 | Non-fatal, Link 3 ECC                               | INFO     | nothing now: the switch has corrected it
            19049 | Fatal, Link 3 ECC                                   | CRITICAL | drain the GPUs
            23005 | Non-fatal, Link 3                                   | CRITICAL | the fabric of every GPU
            10004 | Non-fatal, thermal                                  | WARNING  | look at the cooling
            99999 | Non-fatal, Link 3 something new                     | WARNING  | watch it
            99999 | something new                                       | UNKNOWN  | the line does not say
            """)
    void aSwitchErrorIsJudgedByItsWordAndTheTable(int code, String words, Status severity, String action) {
        KernelEvent event = event("nvidia-nvswitch1: SXid (PCI:0000:06:00.0): " + code + ", " + words);
        assertThat(event.severity()).isEqualTo(severity);
        assertThat(event.action()).startsWith(action);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            149 | NETIR_LINK_EVT Fatal XC0 i0 Link 08 (0x004505c6 0x00000000 0x0 0x0 0x0 0x0)   | CRITICAL | drain and reset the GPU; look at the signal of the link
            149 | NETIR_LINK_EVT  Fatal   XC0 i0 Link 01 (0x021425c6 0x00000000 0x0 0x0 0x0 0x0) | CRITICAL | drain and reset the GPU; the other end of the link took it down: look there
            149 | NETIR Fatal XC0 i0 Link -1 (0x000fe406 0x00000000 0x0 0x0 0x0 0x0)             | CRITICAL | drain and reset the GPU; follow the other Xids, and report it where it comes alone
            145 | RLW_SRC_TRACK Nonfatal XC1 i0 Link 12 (0x040988e2 0x00000008 0x0 0x0 0x0 0x0)  | WARNING  | do what the Xid 154 beside it names
            145 | RLW_SRC_TRACK Nonfatal XC0 i0 Link 00 (0x00000007 0x00000004 0x0 0x0)          | WARNING  | do what the Xid 154 beside it names
            145 | RLW_SRC_TRACK Fatal XC0 i0 Link 00 (0x00000007 0x00000001 0x0 0x0)             | CRITICAL | drain and reset the GPU; if it comes again, contact the vendor
            145 | RLW_REMAP Nonfatal XC0 i0 Link 00 (0x00000082 0x00000100 0x0 0x0)              | WARNING  | nothing now
            150 | MSE_WATCHDOG Fatal XC0 i0 Link 00 (0x00000000 0x00000000 0x0 0x0)              | CRITICAL | drain and reset the GPU; if it comes again, contact the vendor
            145 | RLW_REMAP Nonfatal XC0 i0 Link 00 (0x00000082 0x00001000 0x0 0x0)              | WARNING  | watch the link's error counters; restart a workload that failed
            145 | RLW_REMAP Fatal XC0 i0 Link 00 (0x00000999 0x00000100 0x0 0x0)                 | CRITICAL | drain and reset the GPU; if it comes again, check link, switch and peer
            145 | RLW_RXPIPE Nonfatal XC0 i0 Link 11 (...)                                       | WARNING  | watch the link's error counters; restart a workload that failed
            145 | something else                                                                 | UNKNOWN  | this NVLink error does not say whether it is fatal: look at the nvlink check
            """)
    void aLinkErrorIsDecodedInBothLayoutsOfItsRegistersElseByItsWord(
            int xid, String words, Status severity, String action) {
        KernelEvent event = event("NVRM: Xid (PCI:0000:04:00): " + xid + ", " + words);
        assertThat(event.severity()).isEqualTo(severity);
        assertThat(event.action()).isEqualTo(action);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0x0 (None) to 0x1 (GPU Reset Required)    | GPU_RESET
            0x0 (None) to 0x1 (PF FLR)                | GPU_RESET
            0x0 (None) to 0x2 (OS Reboot)             | NODE_REBOOT
            0x1 (GPU Reset Required) to 0x0 (None)    | NONE
            0x0 (None) to 0x4 (Drain and Reset)       | DRAIN_AND_RESET
            """)
    void theRecoveryActionIsReadByItsNumberBecauseItsWordsChange(String change, RecoveryAction action) {
        KernelEvent event = event("NVRM: Xid (PCI:0008:01:00): 154, GPU recovery action changed from " + change);
        assertThat(event.recovery()).contains(action);
        assertThat(event.severity()).isEqualTo(action == RecoveryAction.NONE ? Status.INFO : Status.CRITICAL);
    }

    @Test
    void aRecoveryActionNewerThanTheTableIsUnknownAndNamed() {
        KernelEvent event =
                event("NVRM: Xid (PCI:0008:01:00): 154, GPU recovery action changed from 0x0 (None) to 0x9 (Sing)");
        assertThat(event.severity()).isEqualTo(Status.UNKNOWN);
        assertThat(event.action()).contains("Sing");
        assertThat(event.recovery()).isEqualTo(Optional.empty());
    }

    @Test
    void aDriverThatIsLoadedIsAnEventBecauseItEndsTheOthers() {
        KernelEvent event = event("[  7.1] NVRM: loading NVIDIA UNIX Open Kernel Module for x86_64  550.54.15");
        assertThat(event.isDriverLoad()).isTrue();
        assertThat(event.severity()).isEqualTo(Status.INFO);
        assertThat(event("NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off the bus.")
                        .isDriverLoad())
                .isFalse();
    }
}
