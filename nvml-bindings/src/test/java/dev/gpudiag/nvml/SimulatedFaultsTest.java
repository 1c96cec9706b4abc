package dev.gpudiag.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong on real nodes, through real native calls. */
class SimulatedFaultsTest {
    @TempDir
    Path directory;

    @Test
    void aConsumerCardRefusesWhatItDoesNotHave() throws Exception {
        try (Nvml nvml = Simulator.bundled("rtx-consumer")) {
            NvmlDevice gpu = nvml.device(0);

            assertRefused(NvmlReturn.NOT_SUPPORTED, "nvmlDeviceGetSerial", gpu::serial);
            assertRefused(
                    NvmlReturn.NOT_SUPPORTED,
                    "nvmlDeviceGetTotalEccErrors",
                    () -> gpu.totalEccErrors(MemoryErrorType.CORRECTED, EccCounterType.VOLATILE));
            assertRefused(NvmlReturn.NOT_SUPPORTED, "nvmlDeviceGetMigMode", gpu::migMode);
            assertThat(gpu.fanCount()).isEqualTo(2);
            assertThat(gpu.fanSpeed()).isBetween(38, 52);
            assertThat(gpu.fanSpeed(1)).isBetween(38, 52);
            assertThat(gpu.fanSpeedRpm(0)).isBetween(1350, 1700);
            assertThat(gpu.graphicsProcesses()).extracting(ProcessInfo::pid).containsExactly(2210);
        }
    }

    @Test
    void theSymbolsOfR470GiveTheSameSubjectsByOlderFunctions() throws Exception {
        try (Nvml nvml = Simulator.bundled("470", "t4")) {
            NvmlDevice gpu = nvml.device(0);

            assertThat(gpu.memoryInfo().reserved()).isEmpty();
            assertThat(gpu.memoryInfo().total()).isPositive();
            assertThat(gpu.temperature()).isBetween(20, 100);
            assertThat(gpu.currentClocksEventReasons()).isNotNegative();
            assertThat(gpu.computeProcesses())
                    .isNotEmpty()
                    .allSatisfy(process -> assertThat(process.usedMemory()).isPresent());
            assertThatThrownBy(gpu::sramEccErrorStatus)
                    .isInstanceOfSatisfying(
                            NvmlException.class,
                            e -> assertThat(e.symbolMissing()).isTrue());
            assertThatThrownBy(gpu::marginTemperature)
                    .isInstanceOfSatisfying(
                            NvmlException.class,
                            e -> assertThat(e.symbolMissing()).isTrue());
        }
    }

    @Test
    void librariesOfSeveralGenerationsAreOpenedInTurn() throws Exception {
        for (String branch : List.of("", "470", "535", "470", "")) {
            try (Nvml nvml = Simulator.bundled(branch, "t4")) {
                assertThat(nvml.deviceCount()).isPositive();
                assertThat(nvml.device(0).memoryInfo().reserved().isPresent()).isEqualTo(!branch.equals("470"));
            }
        }
    }

    @Test
    void migDevicesAreFoundBehindHoles() throws Exception {
        try (Nvml nvml = Simulator.bundled("mig-a100")) {
            NvmlDevice gpu = nvml.device(0);
            MigDevices mig = gpu.migDevices();

            assertThat(gpu.migMode().current()).isTrue();
            assertThat(mig.failures()).isEmpty();
            assertThat(mig.devices()).extracting(NvmlDevice::index).containsExactly(0, 2, 5);
            NvmlDevice second = mig.devices().get(1);
            assertThat(second.uuid()).isEqualTo("MIG-91b07a44-1f52-5a37-9e0d-6a7b43c5d202");
            assertThat(second.isMigDevice()).isTrue();
            assertThat(gpu.isMigDevice()).isFalse();
            assertThat(second.gpuInstanceId()).isEqualTo(3);
            assertThat(second.computeInstanceId()).isZero();
            assertThat(second.attributes().multiprocessorCount()).isEqualTo(28);
            assertThat(second.memoryInfo().total()).isEqualTo(9856L << 20);
            assertThat(second.parentDevice().index()).isZero();
            assertThat(gpu.gpuInstances(14)).singleElement().satisfies(instance -> {
                assertThat(instance.id()).isEqualTo(3);
                assertThat(instance.placement()).isEqualTo(new GpuInstancePlacement(4, 2));
            });
            assertThat(gpu.computeProcesses())
                    .contains(new ProcessInfo(52044, OptionalLong.of(6L << 30), OptionalInt.of(3), OptionalInt.of(0)));
            assertRefused(NvmlReturn.NOT_SUPPORTED, "nvmlDeviceGetUtilizationRates", gpu::utilizationRates);
        }
    }

    @Test
    void aLostGpuLeavesTheOthersReadable() throws Exception {
        try (Nvml nvml = Simulator.bundled("gpu-lost")) {
            assertThat(nvml.deviceCount()).isEqualTo(8);
            for (int i = 0; i < 8; i++) {
                if (i == 3) {
                    assertThatThrownBy(() -> nvml.device(3).temperature())
                            .isInstanceOfSatisfying(
                                    NvmlException.class,
                                    e -> assertThat(e.code()).isEqualTo(NvmlReturn.GPU_IS_LOST));
                } else {
                    assertThat(nvml.device(i).temperature()).isBetween(54, 62);
                }
            }
        }
    }

    @Test
    void aSlotThatMayNotBeOpenedKeepsItsReason() throws Exception {
        try (Nvml nvml = Simulator.written(directory, """
                [gpu 0..1]
                [gpu 1]
                return.nvmlDeviceGetHandleByIndex_v2 = 4
                """)) {
            assertThat(nvml.deviceCount()).isEqualTo(2);
            assertThat(nvml.device(0).temperature()).isEqualTo(40);
            assertRefused(NvmlReturn.NO_PERMISSION, "nvmlDeviceGetHandleByIndex_v2", () -> nvml.device(1));
        }
    }

    @Test
    void aGpuThatHangsDoesNotHoldUpAnother() throws Exception {
        try (Nvml nvml = Simulator.written(directory, """
                [gpu 0..1]
                [gpu 0]
                hang.nvmlDeviceGetTemperature* = yes
                """)) {
            NvmlDevice hung = nvml.device(0);
            CountDownLatch started = new CountDownLatch(1);
            AtomicBoolean answered = new AtomicBoolean();
            Thread stuck = Thread.ofPlatform().daemon().start(() -> {
                started.countDown();
                try {
                    answered.set(hung.temperature() > 0);
                } catch (NvmlException e) {
                    answered.set(true);
                }
            });
            assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();

            for (int round = 0; round < 1000; round++) {
                assertThat(nvml.device(1).temperature()).isEqualTo(40);
            }
            assertThat(stuck.join(Duration.ofMillis(200))).isFalse();
            assertThat(answered).isFalse();
        }
    }

    @Test
    void anOldDriverUnderANewLibraryIsAskedInTheOlderForm() throws Exception {
        try (Nvml nvml = Simulator.written(directory, """
                [gpu 0..1]
                [gpu 0]
                return.nvmlDeviceGetMemoryInfo_v2 = 25
                return.nvmlDeviceGetTemperatureV = 13
                [gpu 1]
                return.nvmlDeviceGetMemoryInfo_v2 = 15
                """)) {
            assertThat(nvml.device(0).memoryInfo())
                    .isEqualTo(new MemoryInfo(80L << 30, 11L << 30, 69L << 30, OptionalLong.empty()));
            assertThat(nvml.device(0).temperature()).isEqualTo(40);
            assertRefused(
                    NvmlReturn.GPU_IS_LOST,
                    "nvmlDeviceGetMemoryInfo_v2",
                    () -> nvml.device(1).memoryInfo());
        }
    }

    @Test
    void allOnesIsNoDataAndBelowZeroIsATemperature() throws Exception {
        try (Nvml nvml = Simulator.written(directory, """
                [gpu 0]
                power.usage = 0xffffffff
                temperature.gpu = -1
                recovery_action = drain_and_reset
                [process 0:17]
                type = compute
                used_memory = na
                """)) {
            NvmlDevice gpu = nvml.device(0);

            assertRefused(NvmlReturn.NO_DATA, "nvmlDeviceGetPowerUsage", gpu::powerUsage);
            assertThat(gpu.temperature()).isEqualTo(-1);
            assertThat(gpu.computeProcesses())
                    .containsExactly(
                            new ProcessInfo(17, OptionalLong.empty(), OptionalInt.empty(), OptionalInt.empty()));
            assertThat(NvmlNames.recoveryAction(gpu.recoveryAction())).isEqualTo("Drain and Reset");
        }
    }

    @Test
    void aLongProcessListIsReadWhole() throws Exception {
        StringBuilder sections = new StringBuilder("[gpu 0]\n");
        for (int pid = 1000; pid < 1300; pid++) {
            sections.append("[process 0:").append(pid).append("]\ntype = compute\nused_memory = 1Mi\n");
        }
        try (Nvml nvml = Simulator.written(directory, sections.toString())) {
            assertThat(nvml.device(0).computeProcesses())
                    .hasSize(300)
                    .extracting(ProcessInfo::pid)
                    .doesNotHaveDuplicates();
            assertThat(nvml.device(0).runningProcessDetailList(ProcessMode.COMPUTE))
                    .hasSize(300);
        }
    }

    @Test
    void entriesOfSixteenBytesUnderANewNameAreReadAsSuch() throws Exception {
        try (Nvml nvml = Simulator.written(directory, "[gpu 0]\n")) {
            DeviceCalls calls = nvml.device(0).calls();
            DeviceCalls.TwoOuts narrow = (device, count, infos) -> {
                new Pointer(count).setInt(0, 2);
                for (int i = 0; i < 2; i++) {
                    new Pointer(infos).setInt(16L * i, 100 + i);
                    new Pointer(infos).setLong(16L * i + 8, 1L << 30);
                }
                return 0;
            };

            assertThat(ProcessList.read(calls, Symbol.nvmlDeviceGetComputeRunningProcesses_v3, narrow))
                    .extracting(
                            ProcessInfo::pid, process -> process.gpuInstanceId().isPresent())
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple(100, false),
                            org.assertj.core.groups.Tuple.tuple(101, false));
        }
    }

    @Test
    void aCountBeyondTheMemoryIsNotBelieved() throws Exception {
        try (Nvml nvml = Simulator.written(directory, "[gpu 0]\n")) {
            DeviceCalls calls = nvml.device(0).calls();
            DeviceCalls.TwoOuts boasting = (device, count, infos) -> {
                new Pointer(count).setInt(0, Integer.MAX_VALUE);
                return 0;
            };
            DeviceCalls.TwoOuts neverEnough = (device, count, infos) -> NvmlReturn.INSUFFICIENT_SIZE.code();

            assertThat(ProcessList.read(calls, Symbol.nvmlDeviceGetComputeRunningProcesses_v3, boasting))
                    .hasSizeLessThan(100_000);
            assertRefused(
                    NvmlReturn.INSUFFICIENT_SIZE,
                    "nvmlDeviceGetComputeRunningProcesses_v3",
                    () -> ProcessList.read(calls, Symbol.nvmlDeviceGetComputeRunningProcesses_v3, neverEnough));
        }
    }

    @Test
    void oneFieldThatFailsDoesNotFailTheBatch() throws Exception {
        try (Nvml nvml = Simulator.written(directory, """
                [gpu 0]
                return.field.230 = 3
                field.147 = 12
                """)) {
            FieldValues batch = FieldValues.of(230, 147);
            nvml.device(0).fieldValues(batch);

            assertThat(batch.result(0)).isEqualTo(NvmlReturn.NOT_SUPPORTED);
            assertThat(batch.result(1)).isEqualTo(NvmlReturn.SUCCESS);
            assertThat(batch.value(1).asLong()).isEqualTo(12);
            assertRefused(
                    NvmlReturn.NOT_SUPPORTED,
                    "nvmlDeviceGetFieldValues",
                    () -> nvml.device(0).recoveryAction());
        }
    }

    @Test
    void aWholeBatchThatFailsKeepsNoOlderAnswer() throws Exception {
        try (Nvml nvml = Simulator.written(directory, """
                [gpu 0..1]
                field.147 = 12
                [gpu 1]
                return.nvmlDeviceGetFieldValues = 15
                """)) {
            FieldValues batch = FieldValues.of(147);
            nvml.device(0).fieldValues(batch);

            assertThat(batch.result(0)).isEqualTo(NvmlReturn.SUCCESS);
            assertThatThrownBy(() -> nvml.device(1).fieldValues(batch)).isInstanceOf(NvmlException.class);
            assertThat(batch.result(0)).isEqualTo(NvmlReturn.NO_DATA);
        }
    }

    @Test
    void anEventIsDeliveredWithItsXidAndNoEventIsEmpty() throws Exception {
        try (Nvml nvml = Simulator.written(directory, """
                        [gpu 0..1]
                        [event 1]
                        at = 3s
                        type = xid
                        data = 79
                        """);
                NvmlEventSet events = nvml.eventSet()) {
            long registered = events.register(nvml.device(1), -1);

            assertThat(events.waitFor(Duration.ZERO)).isEmpty();
            SimulatedDriver.setTime(nvml, 5);

            assertThat(registered & EventType.XID_CRITICAL_ERROR.bit()).isPositive();
            assertThat(events.waitFor(Duration.ofSeconds(5))).hasValueSatisfying(event -> {
                assertThat(event.device()).map(NvmlDevice::index).contains(1);
                assertThat(EventType.of(event.eventType())).containsExactly(EventType.XID_CRITICAL_ERROR);
                assertThat(event.eventData()).isEqualTo(79);
            });
            assertThat(events.waitFor(Duration.ZERO)).isEmpty();
        }
    }

    @Test
    void aDriverThatRefusesToStartSaysWhy() {
        assertRefused(
                NvmlReturn.LIB_RM_VERSION_MISMATCH,
                "nvmlInit_v2",
                () -> Simulator.bundled("driver-mismatch").close());
        assertRefused(
                NvmlReturn.DRIVER_NOT_LOADED,
                "nvmlInit_v2",
                () -> Simulator.bundled("driver-not-loaded").close());
    }

    @Test
    void aBrokenScenarioIsNamedWithItsLine() throws IOException {
        Path broken = Files.writeString(directory.resolve("broken.scenario"), "[scenario]\ntitle = x\n[gpu zero]\n");

        assertThatThrownBy(() -> Simulator.open("", broken))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("broken.scenario:3");
        assertThatThrownBy(() -> Simulator.open("", directory.resolve("nowhere")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nowhere");
    }

    private static void assertRefused(NvmlReturn code, String function, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(NvmlException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.function()).isEqualTo(function);
        });
    }
}
