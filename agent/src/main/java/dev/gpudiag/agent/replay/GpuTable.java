package dev.gpudiag.agent.replay;

import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which element under {@code gpu} holds which quantity; the paths of one row are those of different schemas.
 *
 * <p>The first path that gives a value counts; else the reason of the first that is there.
 */
final class GpuTable {

    /** One quantity, how its text is converted, and where it may stand. */
    record Row<T>(Quantity<T> quantity, Conversion<T> conversion, List<String> paths) {

        Reading<T> read(Element gpu) {
            Optional<Reading<T>> first = Optional.empty();
            for (String path : paths) {
                Optional<Reading<T>> reading = gpu.find(path).map(element -> conversion.read(element.text(), path));
                if (reading.isPresent() && reading.get().isPresent()) {
                    return reading.get();
                }
                first = first.or(() -> reading);
            }
            return first.orElseGet(() -> Reading.notRead("no " + paths.getFirst() + " in this capture"));
        }

        void readInto(Element gpu, Readings.Builder readings) {
            readings.put(quantity, read(gpu));
        }
    }

    /** Codes of RecoveryAction by nvidia-smi's words and by those of the kernel driver. */
    private static final Map<String, Long> RECOVERY_ACTIONS = Map.ofEntries(
            Map.entry("none", 0L),
            Map.entry("reset", 1L),
            Map.entry("gpu reset", 1L),
            Map.entry("gpu reset required", 1L),
            Map.entry("reboot", 2L),
            Map.entry("node reboot", 2L),
            Map.entry("node reboot required", 2L),
            Map.entry("drain p2p", 3L),
            Map.entry("drain and reset", 4L),
            Map.entry("recover imex domain", 5L));

    private static final Conversion<String> VIRTUALIZATION =
            text -> Conversion.name().convert(text).map(name -> name.equals("PASS_THROUGH") ? "PASSTHROUGH" : name);

    private static final List<Row<?>> ROWS = Stream.of(
                    board(), memory(), utilization(), temperature(), power(), clocks(), repair(), pcie(), modes())
            .<Row<?>>flatMap(List::stream)
            .toList();

    private GpuTable() {}

    static List<Row<?>> rows() {
        return ROWS;
    }

    static void read(Element gpu, Readings.Builder readings) {
        ROWS.forEach(row -> row.readInto(gpu, readings));
    }

    static <T> Row<T> row(Quantity<T> quantity, Conversion<T> conversion, String... paths) {
        return new Row<>(quantity, conversion, List.of(paths));
    }

    private static List<Row<?>> board() {
        return List.of(
                row(GpuQuantities.BRAND, Conversion.text(), "product_brand"),
                row(GpuQuantities.ARCHITECTURE, Conversion.text(), "product_architecture"),
                row(GpuQuantities.SERIAL, Conversion.text(), "serial"),
                row(GpuQuantities.BOARD_PART_NUMBER, Conversion.text(), "board_part_number"),
                row(GpuQuantities.VBIOS_VERSION, Conversion.text(), "vbios_version"),
                row(GpuQuantities.INFOROM_IMAGE_VERSION, Conversion.text(), "inforom_version/img_version"),
                row(GpuQuantities.MINOR_NUMBER, Conversion.count(), "minor_number"),
                row(GpuQuantities.PCI_DEVICE_ID, Conversion.hexadecimal(), "pci/pci_device_id"),
                row(GpuQuantities.PCI_SUBSYSTEM_ID, Conversion.hexadecimal(), "pci/pci_sub_system_id"),
                row(GpuQuantities.BOARD_ID, Conversion.hexadecimal(), "board_id"),
                row(GpuQuantities.MULTI_GPU_BOARD, Conversion.flag(), "multigpu_board"),
                row(GpuQuantities.MODULE_ID, Conversion.count(), "platformInfo/module_id", "gpu_module_id"));
    }

    private static List<Row<?>> memory() {
        Conversion<Long> bytes = Conversion.bytes();
        return List.of(
                row(GpuQuantities.MEMORY_TOTAL, bytes, "fb_memory_usage/total", "memory_usage/total"),
                row(GpuQuantities.MEMORY_USED, bytes, "fb_memory_usage/used", "memory_usage/used"),
                row(GpuQuantities.MEMORY_FREE, bytes, "fb_memory_usage/free", "memory_usage/free"),
                row(GpuQuantities.MEMORY_RESERVED, bytes, "fb_memory_usage/reserved"),
                row(GpuQuantities.BAR1_TOTAL, bytes, "bar1_memory_usage/total"),
                row(GpuQuantities.BAR1_USED, bytes, "bar1_memory_usage/used"),
                row(GpuQuantities.BAR1_FREE, bytes, "bar1_memory_usage/free"));
    }

    private static List<Row<?>> utilization() {
        Conversion<Double> ratio = Conversion.ratio();
        return List.of(
                row(GpuQuantities.UTILIZATION_GPU, ratio, "utilization/gpu_util"),
                row(GpuQuantities.UTILIZATION_MEMORY, ratio, "utilization/memory_util"),
                row(GpuQuantities.UTILIZATION_ENCODER, ratio, "utilization/encoder_util"),
                row(GpuQuantities.UTILIZATION_DECODER, ratio, "utilization/decoder_util"),
                row(GpuQuantities.UTILIZATION_JPEG, ratio, "utilization/jpeg_util"),
                row(GpuQuantities.UTILIZATION_OFA, ratio, "utilization/ofa_util"));
    }

    /** A tlimit is a distance and may be negative; the two families of limits never stand in one capture of a GPU. */
    private static List<Row<?>> temperature() {
        Conversion<Double> celsius = Conversion.celsius();
        return List.of(
                row(GpuQuantities.TEMPERATURE_GPU, celsius, "temperature/gpu_temp"),
                row(GpuQuantities.TEMPERATURE_MEMORY, celsius, "temperature/memory_temp"),
                row(GpuQuantities.TEMPERATURE_MARGIN, celsius, "temperature/gpu_temp_tlimit"),
                row(
                        GpuQuantities.THRESHOLD_SHUTDOWN,
                        celsius,
                        "temperature/gpu_temp_max_threshold",
                        "temperature/shutdown_temp"),
                row(
                        GpuQuantities.THRESHOLD_SLOWDOWN,
                        celsius,
                        "temperature/gpu_temp_slow_threshold",
                        "temperature/slow_temp"),
                row(GpuQuantities.THRESHOLD_GPU_MAX, celsius, "temperature/gpu_temp_max_gpu_threshold"),
                row(GpuQuantities.THRESHOLD_MEMORY_MAX, celsius, "temperature/gpu_temp_max_mem_threshold"),
                row(GpuQuantities.TLIMIT_SHUTDOWN, celsius, "temperature/gpu_temp_max_tlimit_threshold"),
                row(GpuQuantities.TLIMIT_SLOWDOWN, celsius, "temperature/gpu_temp_slow_tlimit_threshold"),
                row(GpuQuantities.TLIMIT_GPU_MAX, celsius, "temperature/gpu_temp_max_gpu_tlimit_threshold"),
                row(GpuQuantities.TLIMIT_MEMORY_MAX, celsius, "temperature/gpu_temp_max_mem_tlimit_threshold"),
                row(GpuQuantities.FAN_SPEED, Conversion.ratio(), "fan_speed"));
    }

    /** What NVML calls power usage is the draw over a second: {@code power_draw}, later {@code average_power_draw}. */
    private static List<Row<?>> power() {
        Conversion<Double> watts = Conversion.watts();
        return List.of(
                row(
                        GpuQuantities.POWER_USAGE,
                        watts,
                        "gpu_power_readings/average_power_draw",
                        "gpu_power_readings/power_draw",
                        "power_readings/average_power_draw",
                        "power_readings/power_draw"),
                row(
                        GpuQuantities.POWER_INSTANT,
                        watts,
                        "gpu_power_readings/instant_power_draw",
                        "power_readings/instant_power_draw"),
                row(
                        GpuQuantities.POWER_LIMIT_ENFORCED,
                        watts,
                        "gpu_power_readings/current_power_limit",
                        "power_readings/enforced_power_limit",
                        "power_readings/current_power_limit"),
                row(
                        GpuQuantities.POWER_LIMIT_SET,
                        watts,
                        "gpu_power_readings/requested_power_limit",
                        "power_readings/power_limit",
                        "power_readings/requested_power_limit"),
                row(
                        GpuQuantities.POWER_LIMIT_DEFAULT,
                        watts,
                        "gpu_power_readings/default_power_limit",
                        "power_readings/default_power_limit"),
                row(
                        GpuQuantities.POWER_LIMIT_MIN,
                        watts,
                        "gpu_power_readings/min_power_limit",
                        "power_readings/min_power_limit"),
                row(
                        GpuQuantities.POWER_LIMIT_MAX,
                        watts,
                        "gpu_power_readings/max_power_limit",
                        "power_readings/max_power_limit"));
    }

    private static List<Row<?>> clocks() {
        Conversion<Long> hertz = Conversion.hertz();
        Conversion<Double> seconds = Conversion.seconds();
        String counters = "clocks_event_reasons_counters/clocks_event_reasons_counters_";
        return List.of(
                row(GpuQuantities.CLOCK_GRAPHICS, hertz, "clocks/graphics_clock"),
                row(GpuQuantities.CLOCK_SM, hertz, "clocks/sm_clock"),
                row(GpuQuantities.CLOCK_MEMORY, hertz, "clocks/mem_clock"),
                row(GpuQuantities.CLOCK_VIDEO, hertz, "clocks/video_clock"),
                row(GpuQuantities.CLOCK_MAX_GRAPHICS, hertz, "max_clocks/graphics_clock"),
                row(GpuQuantities.CLOCK_MAX_SM, hertz, "max_clocks/sm_clock"),
                row(GpuQuantities.CLOCK_MAX_MEMORY, hertz, "max_clocks/mem_clock"),
                row(GpuQuantities.CLOCK_MAX_VIDEO, hertz, "max_clocks/video_clock"),
                row(GpuQuantities.PERFORMANCE_STATE, Conversion.performanceState(), "performance_state"),
                row(GpuQuantities.VIOLATION_POWER, seconds, counters + "sw_power_cap"),
                row(GpuQuantities.VIOLATION_SYNC_BOOST, seconds, counters + "sync_boost"),
                row(GpuQuantities.VIOLATION_SW_THERMAL, seconds, counters + "sw_therm_slowdown"),
                row(GpuQuantities.VIOLATION_HW_THERMAL, seconds, counters + "hw_therm_slowdown"),
                row(GpuQuantities.VIOLATION_HW_POWER_BRAKE, seconds, counters + "hw_power_brake"));
    }

    private static List<Row<?>> repair() {
        Conversion<Boolean> flag = Conversion.flag();
        Conversion<Long> count = Conversion.count();
        String banks = "remapped_rows/row_remapper_histogram";
        String histogram = banks + "/row_remapper_histogram_";
        return List.of(
                row(GpuQuantities.ECC_MODE, flag, "ecc_mode/current_ecc"),
                row(GpuQuantities.ECC_MODE_PENDING, flag, "ecc_mode/pending_ecc"),
                row(GpuQuantities.SRAM_THRESHOLD_EXCEEDED, flag, "ecc_errors/aggregate/sram_threshold_exceeded"),
                row(GpuQuantities.CHANNEL_REPAIR_PENDING, flag, "ecc_errors/channel_repair_pending"),
                row(GpuQuantities.TPC_REPAIR_PENDING, flag, "ecc_errors/tpc_repair_pending"),
                row(GpuQuantities.UNREPAIRABLE_MEMORY, flag, "ecc_errors/unrepairable_memory"),
                row(GpuQuantities.REMAPPED_ROWS_CORRECTABLE, count, "remapped_rows/remapped_row_corr", "remapped_rows"),
                row(
                        GpuQuantities.REMAPPED_ROWS_UNCORRECTABLE,
                        count,
                        "remapped_rows/remapped_row_unc",
                        "remapped_rows"),
                row(GpuQuantities.REMAPPED_ROWS_PENDING, flag, "remapped_rows/remapped_row_pending", "remapped_rows"),
                row(GpuQuantities.REMAPPED_ROWS_FAILURE, flag, "remapped_rows/remapped_row_failure", "remapped_rows"),
                row(GpuQuantities.REMAP_BANKS_MAX, count, histogram + "max", banks, "remapped_rows"),
                row(GpuQuantities.REMAP_BANKS_HIGH, count, histogram + "high", banks, "remapped_rows"),
                row(GpuQuantities.REMAP_BANKS_PARTIAL, count, histogram + "partial", banks, "remapped_rows"),
                row(GpuQuantities.REMAP_BANKS_LOW, count, histogram + "low", banks, "remapped_rows"),
                row(GpuQuantities.REMAP_BANKS_NONE, count, histogram + "none", banks, "remapped_rows"),
                row(GpuQuantities.RECOVERY_ACTION, Conversion.words(RECOVERY_ACTIONS), "gpu_recovery_action"));
    }

    private static List<Row<?>> pcie() {
        Conversion<Long> count = Conversion.count();
        String generation = "pci/pci_gpu_link_info/pcie_gen/";
        String widths = "pci/pci_gpu_link_info/link_widths/";
        return List.of(
                row(GpuQuantities.PCIE_GENERATION, count, generation + "current_link_gen"),
                row(GpuQuantities.PCIE_GENERATION_MAX, count, generation + "max_link_gen"),
                row(GpuQuantities.PCIE_GENERATION_GPU_MAX, count, generation + "max_device_link_gen"),
                row(GpuQuantities.PCIE_WIDTH, Conversion.lanes(), widths + "current_link_width"),
                row(GpuQuantities.PCIE_WIDTH_MAX, Conversion.lanes(), widths + "max_link_width"),
                row(GpuQuantities.PCIE_REPLAYS, count, "pci/replay_counter"),
                row(GpuQuantities.PCIE_TRANSMIT, Conversion.bytesPerSecond(), "pci/tx_util"),
                row(GpuQuantities.PCIE_RECEIVE, Conversion.bytesPerSecond(), "pci/rx_util"));
    }

    private static List<Row<?>> modes() {
        Conversion<Boolean> flag = Conversion.flag();
        return List.of(
                row(GpuQuantities.PERSISTENCE_MODE, flag, "persistence_mode"),
                row(GpuQuantities.COMPUTE_MODE, Conversion.name(), "compute_mode"),
                row(GpuQuantities.DISPLAY_MODE, flag, "display_attached", "display_mode"),
                row(GpuQuantities.DISPLAY_ACTIVE, flag, "display_active"),
                row(GpuQuantities.ACCOUNTING_MODE, flag, "accounting_mode"),
                row(GpuQuantities.DRIVER_MODEL, Conversion.text(), "driver_model/current_dm"),
                row(GpuQuantities.GSP_FIRMWARE_VERSION, Conversion.text(), "gsp_firmware_version"),
                row(GpuQuantities.GSP_FIRMWARE_MODE, text -> Optional.of(!text.isEmpty()), "gsp_firmware_version"),
                row(GpuQuantities.VIRTUALIZATION_MODE, VIRTUALIZATION, "gpu_virtualization_mode/virtualization_mode"),
                row(
                        GpuQuantities.VGPU_PRODUCT,
                        Conversion.text(),
                        "vgpu_software_licensed_product/licensed_product_name"),
                row(GpuQuantities.VGPU_LICENSED, GpuTable::licensed, "vgpu_software_licensed_product/license_status"),
                row(GpuQuantities.ADDRESSING_MODE, Conversion.name(), "addressing_mode"),
                row(GpuQuantities.MIG_MODE, flag, "mig_mode/current_mig"),
                row(GpuQuantities.MIG_MODE_PENDING, flag, "mig_mode/pending_mig"));
    }

    /** {@code Licensed (Expiry: N/A)}, {@code Unlicensed (Unrestricted)}. */
    private static Optional<Boolean> licensed(String status) {
        return status.startsWith("Licensed")
                ? Optional.of(true)
                : Optional.of(false).filter(unlicensed -> status.startsWith("Unlicensed"));
    }
}
