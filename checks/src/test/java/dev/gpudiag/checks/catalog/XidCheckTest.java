package dev.gpudiag.checks.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Evidences;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.kernellog.KernelEvent;
import dev.gpudiag.checks.kernellog.KernelLogs;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.GpuHolders;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.NodeSamples;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Workload;
import dev.gpudiag.telemetry.WorkloadHistory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class XidCheckTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final String GPU0 = "NVRM: Xid (PCI:0000:10:00): ";
    private static final String GPU1 = "NVRM: Xid (PCI:0000:11:00): ";

    /** Two GPUs as R550 shows them: no recovery action is known. */
    private static NodeSamples node() {
        return NodeSamples.working().gpu(gpu(0).build()).gpu(gpu(1).build());
    }

    private static GpuSamples gpu(int index) {
        return GpuSamples.h100(index).without(GpuQuantities.RECOVERY_ACTION, Reason.NOT_SUPPORTED);
    }

    private static Evidences with(KernelLogs log) {
        return Evidences.of(node().build()).kernelLog(log);
    }

    private static List<String> said(KernelLogs log) {
        return with(log).said("xid");
    }

    private static List<String> rules(KernelLogs log) {
        return with(log).result("xid").findings().stream()
                .map(finding -> finding.status() + " " + finding.rule().orElse("none"))
                .toList();
    }

    @Test
    void aQuietLogIsOkAndSaysHowFarItReaches() {
        assertThat(said(new KernelLogs().line(MINUTE, "usb 1-1: new device")))
                .containsExactly("OK node: nothing about GPUs in the kernel log, which reaches back 5 h");
    }

    @Test
    void aLogThatMayNotBeReadIsSkippedAndOneThatFailsIsUnknown() {
        Evidences refused = Evidences.of(node().build())
                .kernelLog(Reading.missing(Reason.NO_PERMISSION, "/dev/kmsg", "no permission to read /dev/kmsg"));
        assertThat(refused.result("xid").status()).isEqualTo(Status.SKIPPED);
        assertThat(refused.result("xid").summary()).contains("no permission");
        Evidences failed = Evidences.of(node().build())
                .kernelLog(Reading.missing(Reason.FAILED, "/dev/kmsg", "cannot read /dev/kmsg: error 5"));
        assertThat(failed.result("xid").status()).isEqualTo(Status.UNKNOWN);
        assertThat(Evidences.of(node().build()).result("xid").status()).isEqualTo(Status.SKIPPED);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            79, GPU has fallen off the bus.                                        | INFO     | xid.fallen_off_bus
            48, pid=1, name=a, An uncorrectable double bit error                   | CRITICAL | xid.memory
            63, Row Remapper: New row marked for remapping, reset gpu to activate. | WARNING  | xid.memory
            64, Row Remapper Error: (0x1) - All reserved rows for bank are remapped| CRITICAL | xid.memory
            94, pid=7, name=a, Contained: SM (0x1). RST: No, D-RST: No             | WARNING  | xid.memory
            94, pid=7, name=a, Contained: SM (0x1). RST: Yes, D-RST: No            | CRITICAL | xid.memory
            95, Uncontained: LTC TAG (0x2,0x0). RST: Yes, D-RST: No                | CRITICAL | xid.memory
            119, pid=7, name=a, Timeout after 6s of waiting for RPC response       | CRITICAL | xid.gsp_timeout
            149, NETIR Fatal XC0 i0 Link -1 (0x000fe406 0x00000000 0x0 0x0)        | CRITICAL | xid.nvlink
            145, RLW_REMAP Nonfatal XC0 i0 Link 00 (0x00000082 0x00000100 0x0 0x0) | WARNING  | xid.nvlink
            154, GPU recovery action changed from 0x0 (None) to 0x2 (OS Reboot)    | CRITICAL | xid.recovery_action
            13, pid=7, name=a, Graphics SM Warp Exception                          | WARNING  | xid.application
            54, power                                                              | CRITICAL | pwr.cable
            62, 0000(0000) 0 0                                                     | CRITICAL | xid.other
            999, something new                                                     | UNKNOWN  | xid.other
            162, power smoothing                                                   | INFO     | xid.other
            """)
    void anXidIsJudgedByItsNumberAndItsWords(String line, Status status, String rule) {
        assertThat(rules(new KernelLogs().line(MINUTE, GPU0 + line.strip()))).containsExactly(status + " " + rule);
    }

    @Test
    void aProgramsFaultIsNoNewsAfterTwoHours() {
        String fault = GPU0 + "31, pid=7, name=python3, Ch 00000010";
        assertThat(said(new KernelLogs().line(Duration.ofMinutes(119), fault)))
                .containsExactly(
                        "WARNING gpu 0: Xid 31: GPU page fault (illegal virtual address), 119 m ago, by python3 (pid 7)");
        assertThat(said(new KernelLogs().line(Duration.ofMinutes(121), fault)))
                .singleElement()
                .asString()
                .startsWith("INFO gpu 0: Xid 31")
                .endsWith("over: not again for 2 h");
        assertThat(with(new KernelLogs().line(Duration.ofMinutes(121), fault))
                        .set("xid.transient-for", "3h")
                        .said("xid"))
                .singleElement()
                .asString()
                .startsWith("WARNING");
    }

    @Test
    void aCriticalXidStaysOpenForAWeekUnlessSomethingEndsIt() {
        String fault = GPU0 + "48, DBE";
        assertThat(rules(new KernelLogs().line(Duration.ofDays(6), fault))).containsExactly("CRITICAL xid.memory");
        assertThat(rules(new KernelLogs().line(Duration.ofDays(8), fault))).containsExactly("INFO xid.memory");
    }

    @Test
    void anXidOfUnknownTimeIsOpen() {
        assertThat(said(new KernelLogs().undated(GPU0 + "48, DBE")))
                .containsExactly("CRITICAL gpu 0: Xid 48: uncorrectable (double-bit) ECC error");
    }

    @Test
    void aReloadOfTheDriverARebootAResetAndXid154ToNoneEndAnXid() {
        String fault = GPU0 + "119, Timeout after 6s";
        assertThat(said(new KernelLogs()
                        .line(HOUR, fault)
                        .line(MINUTE, "NVRM: loading NVIDIA UNIX x86_64 Kernel Module  550.54.15")))
                .singleElement()
                .asString()
                .startsWith("INFO")
                .endsWith("the driver was loaded anew since");
        assertThat(said(new KernelLogs().line(HOUR, fault).reboot().line(MINUTE, "usb 1-1: new device")))
                .singleElement()
                .asString()
                .startsWith("INFO")
                .endsWith("the node was rebooted since");
        assertThat(said(new KernelLogs()
                        .line(HOUR, fault)
                        .event(MINUTE, KernelEvent.reset(Optional.of("0000:10:00.0"), "it answers again"))))
                .singleElement()
                .asString()
                .startsWith("INFO")
                .endsWith("the GPU was reset: it answers again");
        assertThat(rules(new KernelLogs()
                        .line(HOUR, fault)
                        .line(
                                MINUTE,
                                GPU0 + "154, GPU recovery action changed from 0x1 (GPU Reset Required) to 0x0 (None)")))
                .containsExactly("INFO xid.gsp_timeout", "INFO xid.recovery_action");
    }

    @Test
    void whatEndedAnotherGpusXidOrCameBeforeEndsNothing() {
        String fault = GPU0 + "119, Timeout after 6s";
        assertThat(rules(new KernelLogs()
                        .line(HOUR, fault)
                        .event(MINUTE, KernelEvent.reset(Optional.of("0000:11:00.0"), "it answers again"))))
                .containsExactly("CRITICAL xid.gsp_timeout");
        assertThat(rules(new KernelLogs()
                        .line(HOUR, "NVRM: loading NVIDIA UNIX x86_64 Kernel Module  550.54.15")
                        .line(MINUTE, fault)))
                .containsExactly("CRITICAL xid.gsp_timeout");
    }

    @Test
    void theDriversOwnRecoveryActionSaysThatAResetIsNotNeededAnyMore() {
        KernelLogs log = new KernelLogs().line(HOUR, GPU0 + "48, DBE").line(HOUR, GPU0 + "64, Row Remapper Error");
        Evidences r570 = Evidences.of(NodeSamples.working()
                        .gpu(GpuSamples.h100(0)
                                .with(GpuQuantities.RECOVERY_ACTION, 0L)
                                .build())
                        .build())
                .kernelLog(log);
        assertThat(r570.result("xid").findings())
                .extracting(finding -> finding.status() + " " + finding.seen().substring(0, 6))
                .containsExactly("CRITICAL Xid 64", "INFO Xid 48");
        Evidences asked = Evidences.of(NodeSamples.working()
                        .gpu(GpuSamples.h100(0)
                                .with(GpuQuantities.RECOVERY_ACTION, 1L)
                                .build())
                        .build())
                .kernelLog(log);
        assertThat(asked.result("xid").findings()).extracting(Finding::status).containsOnly(Status.CRITICAL);
    }

    @Test
    void aLostGpuIsOneFindingWhetherTheDriverGivesANumberOrNotAndIsOverWhenItAnswersAgain() {
        KernelLogs log = new KernelLogs()
                .line(MINUTE, GPU0 + "79, GPU has fallen off the bus.")
                .line(MINUTE, "NVRM: GPU 0000:10:00.0: GPU has fallen off the bus.");
        assertThat(rules(log)).containsExactly("INFO xid.fallen_off_bus");
        NodeSamples lost = NodeSamples.working()
                .gpu(gpu(0).condition(GpuCondition.State.LOST, "nvml gives 15").build())
                .gpu(gpu(1).build());
        Evidences evidence = Evidences.of(lost.build()).kernelLog(log);
        assertThat(evidence.said("xid"))
                .containsExactly("CRITICAL gpu 0: Xid 79: GPU no longer reachable over PCIe, 60 s ago");
        assertThat(evidence.report().results())
                .flatExtracting(CheckResult::findings)
                .filteredOn(finding ->
                        finding.status().isProblem() && finding.causedBy().isEmpty())
                .as("one root cause")
                .hasSize(1);
        assertThat(Evidences.of(lost.build())
                        .kernelLog(new KernelLogs().line(MINUTE, "NVRM: GPU 0000:10:00.0: GPU has fallen off the bus."))
                        .said("xid"))
                .singleElement()
                .asString()
                .startsWith("CRITICAL gpu 0: Xid 79");
    }

    @Test
    void aBurstIsToldOnceWithItsNumbersAndWhatItBroughtAbout() {
        KernelLogs log = new KernelLogs();
        for (int i = 0; i < 5; i++) {
            log.line(Duration.ofSeconds(600 - i), GPU0 + "13, pid=7, name=python3, Graphics SM Warp Exception");
        }
        log.line(Duration.ofSeconds(594), GPU0 + "45, pid=7, name=python3, Ch 00000008")
                .line(Duration.ofSeconds(60), GPU0 + "13, pid=8, name=python3, Graphics SM Warp Exception");
        CheckResult result = with(log).result("xid");
        assertThat(result.findings()).hasSize(1);
        assertThat(result.summary()).contains("6 times in 2 bursts", "60 s ago", "python3 (pid 8)");
        assertThat(result.findings().getFirst().evidence())
                .anySatisfy(proof -> assertThat(proof.value()).isEqualTo("brought about 1 Xid 45"));
    }

    @Test
    void anXid45IsItsOwnFindingUnlessAnotherXidOfItsGpuIsNearOrNamed() {
        String removed = "45, pid=7, name=python3, Ch 00000008";
        assertThat(rules(new KernelLogs().line(MINUTE, GPU0 + removed))).containsExactly("WARNING xid.application");
        assertThat(said(new KernelLogs()
                        .line(Duration.ofSeconds(70), GPU0 + "13, pid=7, name=python3, x")
                        .line(MINUTE, GPU0 + removed)))
                .as("ten seconds are too far")
                .hasSize(2);
        assertThat(said(new KernelLogs()
                        .line(Duration.ofSeconds(70), GPU0 + "13, pid=7, name=python3, x")
                        .line(MINUTE, GPU0 + removed + " caused by previous Xid 13")))
                .hasSize(1);
        assertThat(said(new KernelLogs()
                        .line(MINUTE, GPU1 + "13, pid=7, name=python3, x")
                        .line(MINUTE, GPU0 + removed)))
                .as("another GPU's Xid explains nothing")
                .hasSize(2);
    }

    @Test
    void threeProgramsThatFaultOnOneGpuAloneMakeTheGpuSuspect() {
        KernelLogs log = new KernelLogs();
        for (int pid = 1; pid <= 3; pid++) {
            log.line(Duration.ofHours(24 - 4 * pid), GPU0 + "31, pid=" + pid + ", name=python3, Ch 00000010");
        }
        assertThat(rules(log)).contains("WARNING xid.repeated", "INFO xid.application");
        assertThat(rules(new KernelLogs()
                        .line(HOUR, GPU0 + "31, pid=1, name=python3, Ch 00000010")
                        .line(HOUR, GPU0 + "31, pid=1, name=python3, Ch 00000010")
                        .line(HOUR, GPU0 + "31, pid=2, name=python3, Ch 00000010")))
                .as("two programs")
                .doesNotContain("WARNING xid.repeated");
        assertThat(rules(log.line(Duration.ofHours(2), GPU1 + "31, pid=9, name=python3, Ch 00000010")))
                .as("the same program fails on another GPU")
                .doesNotContain("WARNING xid.repeated");
    }

    @Test
    void oldFaultsOfProgramsMakeNoGpuSuspect() {
        KernelLogs log = new KernelLogs();
        for (int pid = 1; pid <= 3; pid++) {
            log.line(Duration.ofHours(25 + pid), GPU0 + "31, pid=" + pid + ", name=python3, Ch 00000010");
        }
        assertThat(rules(log)).containsExactly("INFO xid.application");
    }

    @Test
    void theSameXidAfterTwoRebootsIsAFaultOfTheHardware() {
        KernelLogs log = new KernelLogs()
                .line(Duration.ofDays(3), GPU0 + "62, a")
                .reboot()
                .line(Duration.ofDays(2), GPU0 + "62, a")
                .reboot();
        assertThat(rules(log)).as("not again yet").containsExactly("INFO xid.other");
        assertThat(rules(log.line(HOUR, GPU0 + "62, a")))
                .containsExactlyInAnyOrder("CRITICAL xid.other", "CRITICAL xid.after_reboots");
        assertThat(rules(new KernelLogs()
                        .line(Duration.ofDays(2), GPU0 + "62, a")
                        .reboot()
                        .line(HOUR, GPU0 + "62, a")))
                .as("one reboot")
                .containsExactly("CRITICAL xid.other");
    }

    @Test
    void anXid154SaysWhatToDoInPlaceOfTheCatalogue() {
        Finding finding = with(new KernelLogs()
                        .line(MINUTE, GPU0 + "62, a")
                        .line(
                                MINUTE,
                                GPU0
                                        + "154, GPU recovery action changed from 0x0 (None) to 0x2 (Node Reboot Required)"))
                .result("xid")
                .findings()
                .getFirst();
        assertThat(finding.rule()).contains("xid.other");
        assertThat(finding.actions()).containsExactly("the driver asks (Xid 154): drain and reboot the node");
    }

    @Test
    void aSwitchErrorIsToldWithItsDetailsAsOneFinding() {
        String sxid = "nvidia-nvswitch1: SXid (PCI:0000:06:00.0): ";
        KernelLogs log = new KernelLogs()
                .line(MINUTE, sxid + "20034, Fatal, Link 48 LTSSM Fault Up")
                .line(MINUTE, sxid + "20034, Severity 1 Engine instance 48 Sub-engine instance 00")
                .line(MINUTE, sxid + "20034, Data {0x10000000, 0x10000000}");
        assertThat(said(log))
                .containsExactly("CRITICAL node: 0000:06:00.0: SXid 20034 of an NVSwitch: link went down from active"
                        + " (LTSSM fault up), 60 s ago");
        assertThat(rules(log)).containsExactly("CRITICAL xid.switch");
        assertThat(rules(new KernelLogs().line(MINUTE, sxid + "23001, Fatal, Link 1 x")))
                .containsExactly("CRITICAL xid.fabric_fatal");
        assertThat(rules(new KernelLogs().line(MINUTE, sxid + "19049, Non-fatal, Link 1 ECC")))
                .as("corrected by the switch")
                .containsExactly("INFO xid.switch");
    }

    @Test
    void aPcieErrorCountsForNvidiaDevicesOnly() {
        String error = ": PCIe Bus Error: severity=Uncorrectable (Fatal), type=Transaction Layer";
        assertThat(rules(new KernelLogs().line(MINUTE, "pcieport 0000:10:00.0" + error)))
                .containsExactly("CRITICAL xid.pcie_error");
        assertThat(rules(new KernelLogs().line(MINUTE, "mlx5_core 0000:c1:00.0" + error)))
                .containsExactly("OK none");
        assertThat(rules(new KernelLogs()
                        .line(MINUTE, "nvidia 0000:10:00.0: PCIe Bus Error: severity=Corrected, type=Physical Layer")))
                .containsExactly("INFO xid.pcie_error");
    }

    @Test
    void otherMessagesOfTheDriverAgeLikeTheirSeverity() {
        String peermem =
                "nvidia-peermem nv_get_p2p_free_callback:127 ERROR detected invalid context, skipping further processing";
        assertThat(rules(new KernelLogs().line(MINUTE, peermem))).containsExactly("WARNING rdma.peermem");
        assertThat(rules(new KernelLogs().line(Duration.ofHours(3), peermem))).containsExactly("INFO rdma.peermem");
        assertThat(rules(new KernelLogs()
                        .line(MINUTE, "NVRM: API mismatch: the client has the version 535.1, but")
                        .line(MINUTE, "NVRM: this kernel module has the version 550.54.15.")))
                .as("a program with another library, while NVML answers")
                .containsExactly("WARNING xid.driver_message");
        String init = "NVRM: GPU 0000:10:00.0: RmInitAdapter failed! (0x62:0x40:2477)";
        assertThat(rules(new KernelLogs().line(MINUTE, init)))
                .as("the GPU answers now")
                .containsExactly("INFO xid.driver_message");
    }

    @Test
    void theOperatorsSeverityWins() {
        KernelLogs log = new KernelLogs()
                .line(MINUTE, GPU0 + "31, pid=7, name=python3, Ch 00000010")
                .line(MINUTE, GPU0 + "62, a");
        assertThat(with(log)
                        .set("xid.override", "31=INFO, 62=warning")
                        .result("xid")
                        .findings())
                .extracting(Finding::status)
                .containsExactly(Status.WARNING, Status.INFO);
        assertThat(with(log).set("xid.override", "31=OK,62=OK").said("xid"))
                .singleElement()
                .asString()
                .startsWith("OK");
    }

    @Test
    void everythingThatIsWrongInAnOverrideIsToldAtOnce() {
        assertThatThrownBy(() -> XidCheck.OVERRIDE.parse("13=INFO,x,31=BAD,0=OK,13=WARNING"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'x' is not of the form")
                .hasMessageContaining("'BAD' of Xid 31")
                .hasMessageContaining("0 is no Xid")
                .hasMessageContaining("13 is there twice");
        assertThat(XidCheck.OVERRIDE.parse("31=warning,13=INFO")).hasToString("13=INFO,31=WARNING");
    }

    @Test
    void recordsThatWereLostAreToldBesideWhatIsKnown() {
        assertThat(with(new KernelLogs().gap("records were overwritten")).said("xid"))
                .containsExactly("INFO node: records were overwritten");
    }

    @Test
    void aProcessThatHasEndedIsNamedWithItsWorkload() {
        Instant then = GpuSamples.NOW.minus(Duration.ofMinutes(10));
        WorkloadHistory workloads = new WorkloadHistory(10, Duration.ofHours(1));
        workloads.add(node().holders(GpuHolders.process(7)
                        .workload(Workload.of(Workload.Kind.SLURM_JOB, "42"))
                        .build())
                .at(then)
                .build());
        workloads.add(node().holders().at(GpuSamples.NOW).build());
        assertThat(with(new KernelLogs().line(Duration.ofMinutes(10), GPU0 + "31, pid=7, name=python3, Ch 1"))
                        .workloads(workloads)
                        .said("xid"))
                .singleElement()
                .asString()
                .endsWith("by python3 (pid 7) of Slurm job 42");
        assertThat(with(new KernelLogs().line(Duration.ofHours(2), GPU0 + "31, pid=7, name=python3, Ch 1"))
                        .workloads(workloads)
                        .said("xid"))
                .as("another process had this pid then")
                .singleElement()
                .asString()
                .endsWith("by python3 (pid 7)");
    }

    @Test
    void anXidOfAGpuThatIsNotHereIsToldWithItsAddress() {
        assertThat(said(new KernelLogs().line(MINUTE, "NVRM: Xid (PCI:0000:99:00 GPU-I:05): 31, pid=7, name=a, Ch 1")))
                .containsExactly("WARNING node: 0000:99:00.0: Xid 31: GPU page fault (illegal virtual address)"
                        + " in GPU instance 5, 60 s ago, by a (pid 7)");
    }

    @Test
    void aDriverThatAnswersForNoGpuIsOneFindingWithTheFirstSuspect() {
        NodeSamples silent = NodeSamples.working();
        for (int index = 0; index < 4; index++) {
            silent.gpu(gpu(index)
                    .condition(GpuCondition.State.UNRESPONSIVE, "no answer from nvmlDeviceGetTemperature for 12 s")
                    .build());
        }
        Evidences evidence = Evidences.of(silent.build())
                .kernelLog(new KernelLogs()
                        .line(HOUR, GPU1 + "119, Timeout after 6s")
                        .line(MINUTE, GPU0 + "119, Timeout after 6s"));
        assertThat(evidence.said("devices"))
                .containsExactly("CRITICAL node: the driver does not answer for any of 4 GPUs,"
                        + " probably because of the Xid 119 of gpu 1 (0000:11:00.0)");
        assertThat(evidence.report().results())
                .flatExtracting(CheckResult::findings)
                .filteredOn(finding ->
                        finding.status().isProblem() && finding.causedBy().isEmpty())
                .hasSize(1);
    }

    @Test
    void oneGpuThatDoesNotAnswerIsNoWedgedDriver() {
        NodeSamples one = NodeSamples.working()
                .gpu(gpu(0).condition(GpuCondition.State.UNRESPONSIVE, "no answer")
                        .build())
                .gpu(gpu(1).build());
        assertThat(Evidences.of(one.build()).said("devices")).containsExactly("CRITICAL gpu 0: no answer");
    }
}
