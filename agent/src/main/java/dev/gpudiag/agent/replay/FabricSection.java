package dev.gpudiag.agent.replay;

import dev.gpudiag.agent.replay.GpuTable.Row;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** NVLink fabric registration, with the health flags packed as NVML packs them (nvmlGpuFabricInfo_v3). */
final class FabricSection {

    /** A health flag: where it stands, where NVML packs it, what its words mean. */
    private record Flag(String path, int shift, Map<String, Long> words) {}

    private static final Map<String, Long> TRUE_FALSE = Map.of("true", 1L, "yes", 1L, "false", 2L, "no", 2L);

    private static final List<Flag> FLAGS = List.of(
            new Flag("fabric/health/bandwidth", 0, Map.of("degraded", 1L, "true", 1L, "full", 2L, "false", 2L)),
            new Flag("fabric/health/route_recovery_in_progress", 2, TRUE_FALSE),
            new Flag("fabric/health/route_unhealthy", 4, TRUE_FALSE),
            new Flag("fabric/health/access_timeout_recovery", 6, TRUE_FALSE),
            new Flag(
                    "fabric/health/incorrect_configuration",
                    8,
                    Map.of(
                            "none", 1L,
                            "incorrect system guid", 2L,
                            "incorrect sysguid", 2L,
                            "incorrect chassis serial number", 3L,
                            "no partition", 4L,
                            "insufficient nvlinks", 5L,
                            "incompatible gpu firmware", 6L,
                            "invalid location", 7L,
                            "gpu state invalid", 8L)),
            new Flag("fabric/health/partition_assigned", 12, TRUE_FALSE));

    /** NVML return codes by nvidia-smi's words: registration ends with one. */
    private static final Map<String, Long> STATUS = Map.ofEntries(
            Map.entry("success", 0L),
            Map.entry("uninitialized", 1L),
            Map.entry("invalid argument", 2L),
            Map.entry("insufficient permissions", 4L),
            Map.entry("not found", 6L),
            Map.entry("insufficient size", 7L),
            Map.entry("timeout", 10L),
            Map.entry("gpu requires reset", 16L),
            Map.entry("in use by another client", 19L),
            Map.entry("insufficient memory", 20L),
            Map.entry("no data", 21L),
            Map.entry("insufficient resources", 23L),
            Map.entry("system is not in ready state", 27L),
            Map.entry("unknown error", 999L));

    private static final List<Row<?>> ROWS = List.of(
            GpuTable.row(GpuQuantities.FABRIC_STATE, Conversion.name(), "fabric/state"),
            GpuTable.row(GpuQuantities.FABRIC_HEALTH, Conversion.name(), "fabric/health/summary"),
            GpuTable.row(GpuQuantities.FABRIC_CLIQUE, Conversion.count(), "fabric/cliqueId"),
            GpuTable.row(GpuQuantities.FABRIC_CLUSTER, Conversion.text(), "fabric/clusterUuid"));

    private static final String STATUS_PATH = "fabric/status";

    private FabricSection() {}

    static List<String> paths() {
        return Stream.of(
                        ROWS.stream().flatMap(row -> row.paths().stream()),
                        FLAGS.stream().map(Flag::path),
                        Stream.of(STATUS_PATH))
                .flatMap(stream -> stream)
                .toList();
    }

    static void read(Element gpu, Readings.Builder readings) {
        ROWS.forEach(row -> row.readInto(gpu, readings));
        readings.put(GpuQuantities.FABRIC_STATUS, status(gpu));
        readings.put(GpuQuantities.FABRIC_HEALTH_MASK, healthMask(gpu));
    }

    /** A word such as Timeout is here the result of registration, not a reading that failed. */
    private static Reading<Long> status(Element gpu) {
        Optional<String> text = gpu.find(STATUS_PATH).map(Element::text);
        return text.flatMap(words -> Conversion.words(STATUS).convert(words))
                .map(code -> Reading.of(code, STATUS_PATH))
                .or(() -> text.map(words -> Conversion.words(STATUS).read(words, STATUS_PATH)))
                .orElseGet(() -> Reading.notRead("no " + STATUS_PATH + " in this capture"));
    }

    private static Reading<Long> healthMask(Element gpu) {
        long mask = 0;
        boolean any = false;
        Optional<Reading<Long>> missing = Optional.empty();
        for (Flag flag : FLAGS) {
            Optional<Reading<Long>> reading = gpu.find(flag.path())
                    .map(element -> Conversion.words(flag.words()).read(element.text(), flag.path()));
            Optional<Long> value = reading.flatMap(Reading::value);
            if (value.isPresent()) {
                any = true;
                mask |= value.get() << flag.shift();
            } else if (reading.isPresent()
                    && (missing.isEmpty() || reading.get().failed())) {
                missing = reading;
            }
        }
        boolean failed = missing.flatMap(Reading::reason).equals(Optional.of(Reason.FAILED));
        if (any && !failed) {
            return Reading.of(mask, "fabric/health");
        }
        return missing.orElseGet(() -> Reading.notRead("no fabric/health in this capture"));
    }
}
