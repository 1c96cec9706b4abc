package dev.gpudiag.telemetry;

import dev.gpudiag.telemetry.Reading.Reason;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** What the driver of a node is doing, in one word, for a metric and for pages. */
public enum DriverPhase {
    /** No usable libnvidia-ml.so.1. */
    NO_LIBRARY,
    /** The kernel module is not loaded. */
    NOT_LOADED,
    /** Library and kernel module are of different versions, and NVML refuses. */
    MISMATCH,
    /** NVML's initialisation is under way, and its deadline is not over. */
    STARTING,
    /** NVML answers. */
    READY,
    /** Initialisation has not returned by the deadline, or no GPU of those that NVML lists answers. */
    HUNG,
    /** The agent has let go of the driver on request. */
    RELEASED,
    /** NVML refuses for another reason. */
    FAILED,
    /** Nobody looked: a recording that does not say. */
    UNKNOWN;

    private static final int DRIVER_NOT_LOADED = 9;
    private static final int LIBRARY_NOT_FOUND = 12;
    private static final int VERSION_MISMATCH = 18;

    /** The phase in which a sample shows its node. */
    public static DriverPhase of(NodeSample sample) {
        return of(sample.driver(), sample.gpus());
    }

    /** Whether the driver works or does not: it neither starts nor was it let go of, and somebody looked. */
    public boolean isSettled() {
        return this != STARTING && this != RELEASED && this != UNKNOWN;
    }

    private static DriverPhase of(DriverState driver, List<GpuSample> gpus) {
        if (driver.usable()) {
            boolean silent = !gpus.isEmpty()
                    && gpus.stream().allMatch(gpu -> gpu.condition().state() == GpuCondition.State.UNRESPONSIVE);
            return silent ? HUNG : READY;
        }
        Reason reason = driver.nvml().reason().orElse(Reason.FAILED);
        return switch (reason) {
            case RELEASED -> RELEASED;
            case PENDING -> STARTING;
            case TIMED_OUT -> HUNG;
            case NOT_READ -> gpus.isEmpty() ? UNKNOWN : READY;
            default -> ofFailure(driver, code(driver.nvml()));
        };
    }

    private static DriverPhase ofFailure(DriverState driver, int code) {
        if (driver.get(HostQuantities.MODULE_LOADED).value().equals(Optional.of(false)) || code == DRIVER_NOT_LOADED) {
            return NOT_LOADED;
        }
        return switch (code) {
            case VERSION_MISMATCH -> MISMATCH;
            case LIBRARY_NOT_FOUND -> NO_LIBRARY;
            default -> FAILED;
        };
    }

    private static int code(Reading<Boolean> nvml) {
        OptionalInt code = nvml instanceof Reading.Missing<Boolean> missing ? missing.code() : OptionalInt.empty();
        return code.orElse(0);
    }

    /** Such as {@code not_loaded}: the value of the metric's label. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
