package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.Status;
import java.util.List;

/** The rules of {@code ecc}. */
final class EccRules {

    private static final String RESET = "drain the node and reset the GPU";
    private static final String REPLACE = "run the field diagnostic, have the GPU replaced";
    private static final String DCGM = "DCGM health watch";

    static final List<Rule> ALL = List.of(
            new Rule(
                    "gpu.recovery_action",
                    "field 230 (R570 on)",
                    "the driver asks for an action; for peer-to-peer and IMEX: WARNING",
                    Status.CRITICAL,
                    "exactly that action",
                    "nvml.h; DCGM health watch"),
            new Rule(
                    "ecc.remap_failure",
                    "nvmlDeviceGetRemappedRows",
                    "a row could not be remapped",
                    Status.CRITICAL,
                    REPLACE,
                    "DCGM, gpud, Azure node health checks"),
            new Rule(
                    "ecc.sram_threshold",
                    "nvmlDeviceGetSramEccErrorStatus",
                    "the driver's own limit of SRAM errors is passed",
                    Status.CRITICAL,
                    REPLACE,
                    "DCGM software test"),
            new Rule(
                    "ecc.channel_repair",
                    "nvmlDeviceGetRepairStatus, nvmlDeviceGetUnrepairableMemoryFlag_v1",
                    "memory beyond repair; a channel or TPC repair pending: WARNING",
                    Status.CRITICAL,
                    "pending: drain the node and reset the GPU; beyond repair: have it replaced",
                    "NVML documentation"),
            new Rule(
                    "ecc.dbe_volatile",
                    "nvmlDeviceGetTotalEccErrors, nvmlDeviceGetMemoryErrorCounter",
                    "an uncorrected error since the driver was loaded that no pending remap contains",
                    Status.CRITICAL,
                    RESET,
                    DCGM),
            new Rule(
                    "ecc.remap_pending",
                    "nvmlDeviceGetRemappedRows",
                    "a row waits for a reset",
                    Status.WARNING,
                    RESET + " at the next gap",
                    "NVIDIA memory error management"),
            new Rule(
                    "ecc.remap_count",
                    "nvmlDeviceGetRemappedRows",
                    "512 rows or more remapped for uncorrectable errors",
                    Status.WARNING,
                    REPLACE,
                    "DCGM, Azure node health checks"),
            new Rule(
                    "ecc.remap_headroom",
                    "nvmlDeviceGetRowRemapperHistogram",
                    "a bank without a spare row; with few: INFO",
                    Status.WARNING,
                    "plan to replace the GPU",
                    "gpudiag"),
            new Rule(
                    "ecc.retired_pages",
                    "nvmlDeviceGetRetiredPages_v2 (before Ampere)",
                    "63 pages retired; or over 15 for double-bit errors and over 1 of these within a week; one pending:"
                            + " WARNING",
                    Status.CRITICAL,
                    REPLACE,
                    DCGM),
            new Rule(
                    "ecc.sbe_rate",
                    "nvmlDeviceGetTotalEccErrors over an hour",
                    "more corrected errors than ecc.corrected-per-hour",
                    Status.WARNING,
                    "watch it; look for Xid 92",
                    "gpudiag"),
            new Rule(
                    "ecc.mode",
                    "nvmlDeviceGetEccMode, nvmlDeviceGetDefaultEccMode",
                    "another mode after the next reset; off on a board that ships with it on",
                    Status.WARNING,
                    "nvidia-smi -e 1, then reset the GPU",
                    "DCGM"),
            new Rule(
                    "drv.inforom",
                    "nvmlDeviceValidateInforom, every 10 min",
                    "corrupted (return code 14)",
                    Status.WARNING,
                    "show the vendor nvidia-bug-report.sh",
                    "DCGM software test"));

    private EccRules() {}
}
