package dev.gpudiag.checks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.GpuIdentity;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CausesTest {

    private static Subject gpu(int index) {
        return Subject.gpu(new GpuIdentity(index, Optional.of("GPU-" + index), Optional.empty(), Optional.empty()));
    }

    private static Finding finding(Status status, Subject subject, String rule) {
        return Finding.builder(status, subject, rule).rule(rule).build();
    }

    private static CheckResult result(String id, Finding... findings) {
        return CheckRunner.result(id, List.of(findings));
    }

    private static List<String> causes(CheckResult... results) {
        return Causes.link(List.of(results)).stream()
                .flatMap(result -> result.findings().stream()
                        .map(finding -> result.id() + " " + finding.subject().describe() + ": "
                                + finding.causedBy().orElse("root")))
                .toList();
    }

    @Test
    void aLostGpuIsOneRootAndOtherGpusAreLeftAlone() {
        assertThat(causes(
                        result("devices", finding(Status.CRITICAL, gpu(3), "gpu.lost")),
                        result("ecc", Finding.of(Status.UNKNOWN, gpu(3), "?"), Finding.of(Status.WARNING, gpu(4), "!")),
                        result("xid", finding(Status.CRITICAL, gpu(3), "xid.fallen_off_bus"))))
                .containsExactly("devices gpu 3: xid", "ecc gpu 4: root", "ecc gpu 3: xid", "xid gpu 3: root");
    }

    @Test
    void aChainEndsAtItsRoot() {
        assertThat(causes(
                        result("devices", finding(Status.CRITICAL, Subject.node(), "devices.driver_wedged")),
                        result("xid", finding(Status.CRITICAL, gpu(3), "xid.gsp_timeout")),
                        result("power", Finding.of(Status.UNKNOWN, gpu(3), "?"))))
                .containsExactly("devices node: root", "xid gpu 3: devices", "power gpu 3: devices");
    }

    @Test
    void aFaultThatTwoRebootsDidNotCureStandsBeforeItsLastXid() {
        assertThat(causes(result(
                        "xid",
                        finding(Status.CRITICAL, gpu(3), "xid.fallen_off_bus"),
                        finding(Status.CRITICAL, gpu(3), "xid.after_reboots"),
                        finding(Status.WARNING, gpu(3), "xid.application"),
                        finding(Status.CRITICAL, gpu(4), "xid.memory"))))
                .containsExactlyInAnyOrder("xid gpu 3: root", "xid gpu 3: xid", "xid gpu 3: xid", "xid gpu 4: root");
    }

    @Test
    void aTimeoutOfTheFirmwareExplainsWhatCannotBeReadButNotAHotGpu() {
        assertThat(causes(
                        result("xid", finding(Status.CRITICAL, gpu(1), "xid.gsp_timeout")),
                        result("power", Finding.of(Status.UNKNOWN, gpu(1), "?")),
                        result("temperature", Finding.of(Status.WARNING, gpu(1), "hot"))))
                .containsExactly("xid gpu 1: root", "power gpu 1: xid", "temperature gpu 1: root");
    }

    @Test
    void whatIsOverExplainsNothingAndWhatIsWellNeedsNoCause() {
        assertThat(causes(
                        result("xid", finding(Status.INFO, gpu(3), "xid.fallen_off_bus")),
                        result("ecc", Finding.of(Status.WARNING, gpu(3), "!"))))
                .containsExactly("xid gpu 3: root", "ecc gpu 3: root");
        assertThat(causes(
                        result("xid", finding(Status.CRITICAL, gpu(3), "xid.fallen_off_bus")),
                        result("ecc", Finding.of(Status.OK, gpu(3), "fine"))))
                .containsExactly("xid gpu 3: root", "ecc gpu 3: root");
    }

    @Test
    void noStatusEverChanges() {
        List<CheckResult> results = List.of(
                result("xid", finding(Status.CRITICAL, gpu(3), "xid.fallen_off_bus")),
                result("ecc", Finding.of(Status.WARNING, gpu(3), "!")));
        assertThat(Causes.link(results))
                .extracting(CheckResult::status)
                .containsExactly(Status.CRITICAL, Status.WARNING);
    }
}
