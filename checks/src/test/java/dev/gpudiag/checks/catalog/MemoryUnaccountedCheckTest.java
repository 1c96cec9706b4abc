package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.*;
import static dev.gpudiag.telemetry.GpuSamples.GIB;
import static dev.gpudiag.telemetry.HostQuantities.CONFIDENTIAL_COMPUTE;
import static dev.gpudiag.telemetry.HostQuantities.HOST_PROCESSES_VISIBLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.Evidences;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuSamples;
import dev.gpudiag.telemetry.NodeSamples;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Workload;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryUnaccountedCheckTest {

    private static final long MIB = 1 << 20;
    private static final int TEN_MINUTES = 600;

    /** An H100 with 20 GiB in one process, and more in use than that. */
    private static GpuSamples h100(long unaccountedMib) {
        return GpuSamples.h100(0).process(4000, 20 * GIB).with(MEMORY_USED, 20 * GIB + unaccountedMib * MIB);
    }

    private static GpuHolder holder(long pid, String state, String command, String... devices) {
        return new GpuHolder(
                pid,
                Reading.of(1000 + pid, "/proc"),
                Reading.of(state, "/proc/" + pid + "/stat"),
                Reading.of(command, "/proc"),
                Reading.of(command + " --run", "/proc"),
                Reading.of("root", "/proc"),
                Reading.of(List.of(devices), "/proc"),
                Reading.notRead("not looked at"),
                Reading.of(Workload.of(Workload.Kind.SLURM_JOB, "slurm job 42"), "/proc"),
                Reading.notRead("not looked at"));
    }

    private static final GpuHolder LISTED = holder(4000, "S", "python3", "/dev/nvidiactl", "/dev/nvidia0");

    private static List<String> said(Evidences evidences) {
        return evidences.said("memory-unaccounted");
    }

    private static Evidences for10m(long unaccountedMib) {
        return Evidences.series(TEN_MINUTES, 10, second -> h100(unaccountedMib));
    }

    @ParameterizedTest
    @CsvSource({"0, OK", "600, OK", "1638, OK", "1639, WARNING", "9000, WARNING"})
    void twoPercentOfTheFramebufferForFiveMinutesIsTheLimit(long mib, Status status) {
        assertThat(for10m(mib).result("memory-unaccounted").status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"512, OK", "513, WARNING"})
    void onASmallGpuTheLimitIs512MiB(long mib, Status status) {
        assertThat(Evidences.series(TEN_MINUTES, 10, second -> h100(mib).with(MEMORY_TOTAL, 22 * GIB))
                        .result("memory-unaccounted")
                        .status())
                .isEqualTo(status);
    }

    @Test
    void memoryWithoutAnOwnerIsToldWithHowLongItLasts() {
        assertThat(said(for10m(3072)))
                .containsExactly("WARNING gpu 0: 3.0 GiB of used memory belong to no listed process, for 10 m");
    }

    @Test
    void aProcessThatIsJustEndingIsNoAlarm() {
        Evidences evidences = Evidences.series(TEN_MINUTES, 10, second -> h100(second < 400 ? 0 : 3072));

        assertThat(said(evidences))
                .containsExactly("INFO gpu 0: 3.0 GiB of used memory belong to no listed process, not for 5m yet");
    }

    @Test
    void aBreakWithinTheFiveMinutesBeginsAnew() {
        Evidences evidences = Evidences.series(TEN_MINUTES, 10, second -> h100(second == 500 ? 0 : 3072));

        assertThat(evidences.result("memory-unaccounted").status()).isEqualTo(Status.INFO);
    }

    @Test
    void oneLookCannotTellWhetherItLasts() {
        assertThat(said(Evidences.of(h100(3072))))
                .containsExactly("INFO gpu 0: 3.0 GiB of used memory belong to no listed process;"
                        + " whether that lasts cannot be known without history");
    }

    @Test
    void whatAnIdleGpuShowsIsItsOwnUpTo600MiB() {
        Evidences display = Evidences.series(
                1200, 10, second -> second < 300 ? GpuSamples.h100(0).with(MEMORY_USED, 580 * MIB) : h100(1638 + 580));
        Evidences leftOver = Evidences.series(
                1200, 10, second -> second < 300 ? GpuSamples.h100(0).with(MEMORY_USED, 5 * GIB) : h100(5120));

        assertThat(display.result("memory-unaccounted").status()).isEqualTo(Status.OK);
        assertThat(leftOver.result("memory-unaccounted").status()).isEqualTo(Status.WARNING);
    }

    @Test
    void aProcessThatShowsInTwoListsIsCountedOnce() {
        Evidences evidences = Evidences.series(
                TEN_MINUTES, 10, second -> h100(3072).process(4000, 20 * GIB).process(4000, 19 * GIB));

        assertThat(evidences.result("memory-unaccounted").status()).isEqualTo(Status.WARNING);
    }

    @Test
    void processesThatShareMemoryAreNotLessThanNothing() {
        assertThat(Evidences.of(h100(-4096)).result("memory-unaccounted").status())
                .isEqualTo(Status.OK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"VGPU", "HOST_VGPU", "HOST_VSGA"})
    void aVirtualGpuIsNotAccountedFor(String mode) {
        assertThat(said(Evidences.of(h100(9000).with(VIRTUALIZATION_MODE, mode)))
                        .getFirst())
                .startsWith("SKIPPED");
    }

    @Test
    void modesInWhichMemoryHasOtherOwnersAreLeftOut() {
        assertThat(said(Evidences.of(h100(9000).with(MIG_MODE, true))))
                .containsExactly("SKIPPED gpu 0: not available under MIG");
        assertThat(said(Evidences.of(h100(9000).with(ADDRESSING_MODE, "ATS"))).getFirst())
                .contains("SKIPPED", "memory node of the host");
        assertThat(said(Evidences.of(h100(9000).named("NVIDIA GH200 480GB"))).getFirst())
                .contains("SKIPPED", "memory node of the host");
        assertThat(said(Evidences.of(h100(9000).without(MEMORY_RESERVED, Reason.SYMBOL_MISSING)))
                        .getFirst())
                .contains("SKIPPED", "R510");
        assertThat(said(Evidences.of(NodeSamples.working()
                                .with(CONFIDENTIAL_COMPUTE, true)
                                .gpu(h100(9000).build())
                                .build()))
                        .getFirst())
                .contains("SKIPPED", "confidential");
    }

    @Test
    void aContainerThatDoesNotSeeTheHostsProcessesJudgesNothing() {
        assertThat(said(Evidences.of(NodeSamples.working()
                                .with(HOST_PROCESSES_VISIBLE, false)
                                .gpu(h100(9000).build())
                                .build()))
                        .getFirst())
                .contains("SKIPPED", "pid namespace");
        assertThat(said(Evidences.of(NodeSamples.working()
                                .without(HOST_PROCESSES_VISIBLE)
                                .gpu(h100(9000).build())
                                .build()))
                        .getFirst())
                .contains("SKIPPED", "not known");
    }

    @Test
    void processesThatCannotBeListedAreNotTakenForNone() {
        assertThat(said(Evidences.of(h100(9000).processesUnknown())))
                .containsExactly("SKIPPED gpu 0: processes cannot be listed: no permission");
        assertThat(said(Evidences.of(
                        h100(9000).process(4001, Reading.missing(Reason.NOT_SUPPORTED, "nvml", "not available")))))
                .containsExactly("SKIPPED gpu 0: the memory of pid 4001 is not available");
        assertThat(Evidences.of(h100(0).without(MEMORY_USED, Reason.FAILED))
                        .result("memory-unaccounted")
                        .status())
                .isEqualTo(Status.UNKNOWN);
    }

    @Test
    void whoHasTheGpuOpenAndIsNotListedIsNamed() {
        Finding finding = Evidences.series(
                        TEN_MINUTES,
                        10,
                        second -> h100(3072),
                        second -> NodeSamples.working()
                                .holders(
                                        LISTED,
                                        holder(5001, "S", "python3", "/dev/nvidia0", "/dev/nvidia-uvm"),
                                        holder(5002, "S", "other-gpu", "/dev/nvidia1"),
                                        holder(5003, "S", "nv-hostengine", "/dev/nvidia0"),
                                        holder(5004, "S", "gpudiag", "/dev/nvidia0"),
                                        holder(5005, "S", "only-control", "/dev/nvidiactl")))
                .result("memory-unaccounted")
                .findings()
                .getFirst();

        assertThat(finding.actions())
                .containsExactly(
                        "look at pid 5001 (python3) of slurm job 42, state S: it has this GPU open and is not listed;"
                                + " end it if nobody needs it",
                        "if nobody holds it, drain the GPU and reset it: nvidia-smi --gpu-reset -i 0");
    }

    @Test
    void holdersThatCannotBeSeenAreSaidSo() {
        assertThat(for10m(3072)
                        .result("memory-unaccounted")
                        .findings()
                        .getFirst()
                        .actions())
                .first()
                .asString()
                .contains("fuser -v /dev/nvidia*");
    }

    @Test
    void aZombieThatHoldsAGpuForAMinuteIsAWarning() {
        assertThat(said(stuck("Z", 300)))
                .containsExactly(
                        "WARNING gpu 0 pid 4000: pid 4000 (python3) of slurm job 42, state Z: dead and still holds the"
                                + " GPU, for 5 m",
                        "OK gpu 0: 0 MiB of used memory belong to no listed process");
        assertThat(said(stuck("Z", 60)).getFirst()).startsWith("INFO").endsWith("seen once");
    }

    @Test
    void aHolderThatWaitsInTheKernelForAMinuteIsAWarningAndABriefWaitIsNothing() {
        assertThat(said(stuck("D", 300)).getFirst())
                .startsWith("WARNING gpu 0 pid 4000")
                .endsWith("waits in the kernel for 5 m");
        assertThat(said(stuck("D", 60))).hasSize(1);
    }

    @Test
    void aPidThatIsUsedAgainIsNotTheOneThatWasStuck() {
        GpuHolder other = new GpuHolder(
                4000,
                Reading.of(99L, "/proc"),
                Reading.of("D", "/proc"),
                LISTED.command(),
                LISTED.commandLine(),
                LISTED.user(),
                LISTED.openDevices(),
                LISTED.deviceAccess(),
                LISTED.workload(),
                LISTED.cuda());

        assertThat(said(Evidences.series(
                        TEN_MINUTES,
                        10,
                        second -> h100(0),
                        second -> NodeSamples.working()
                                .holders(second < 580 ? holder(4000, "D", "python3", "/dev/nvidia0") : other))))
                .hasSize(1);
    }

    @Test
    void aProcessThatTheDriverListsAndTheHostDoesNotHaveIsAWarning() {
        assertThat(said(Evidences.series(
                                TEN_MINUTES,
                                10,
                                second -> h100(0),
                                second -> NodeSamples.working().holders()))
                        .getFirst())
                .isEqualTo("WARNING gpu 0 pid 4000: the driver lists pid 4000, which does not exist, for 10 m");
        assertThat(said(Evidences.series(
                        TEN_MINUTES,
                        10,
                        second -> h100(0),
                        second -> NodeSamples.working()
                                .holders(second < 580 ? new GpuHolder[] {LISTED} : new GpuHolder[0]))))
                .hasSize(1);
    }

    private static Evidences stuck(String state, int seconds) {
        return Evidences.series(
                TEN_MINUTES,
                10,
                second -> h100(0),
                second -> NodeSamples.working()
                        .holders(second < TEN_MINUTES - seconds ? LISTED : holder(4000, state, "python3")));
    }
}
