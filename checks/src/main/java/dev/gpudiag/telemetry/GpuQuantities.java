package dev.gpudiag.telemetry;

import static dev.gpudiag.telemetry.Quantity.count;
import static dev.gpudiag.telemetry.Quantity.decimal;
import static dev.gpudiag.telemetry.Quantity.flag;
import static dev.gpudiag.telemetry.Quantity.text;

import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Everything that gpudiag can know of one GPU, one line each; a new one is one line here and one in each reader. */
public final class GpuQuantities {

    // board
    public static final Quantity<String> BRAND = text("brand", "product brand");
    public static final Quantity<String> ARCHITECTURE = text("architecture", "architecture, such as Hopper");
    public static final Quantity<String> COMPUTE_CAPABILITY =
            text("compute_capability", "CUDA compute capability, 9.0");
    public static final Quantity<String> SERIAL = text("serial", "board serial number");
    public static final Quantity<String> BOARD_PART_NUMBER = text("board_part_number", "board part number");
    public static final Quantity<String> VBIOS_VERSION = text("vbios_version", "video BIOS version");
    public static final Quantity<String> INFOROM_IMAGE_VERSION = text("inforom_image_version", "InfoROM image version");
    public static final Quantity<Boolean> INFOROM_VALID =
            flag("inforom_valid", "whether the checksum of the InfoROM is right; read seldom");
    public static final Quantity<Long> MINOR_NUMBER = count("minor_number", "N of /dev/nvidiaN");
    public static final Quantity<Long> PCI_DEVICE_ID = count("pci_device_id", "device id << 16 | vendor id");
    public static final Quantity<Long> PCI_SUBSYSTEM_ID = count("pci_subsystem_id", "subsystem id << 16 | vendor id");
    public static final Quantity<Long> BOARD_ID = count("board_id", "equal for GPUs on one board");
    public static final Quantity<Boolean> MULTI_GPU_BOARD = flag("multi_gpu_board", "whether its board has more GPUs");
    public static final Quantity<Long> MODULE_ID = count("module_id", "position on the baseboard");
    public static final Quantity<String> PHYSICAL_SLOT =
            text("physical_slot", "slot of the chassis, as /sys/bus/pci/slots names it");
    public static final Quantity<String> CHASSIS_SERIAL = text("chassis_serial", "serial number of the rack (R570 on)");
    public static final Quantity<Long> CHASSIS_SLOT = count("chassis_slot", "compute slot of the rack (R570 on)");
    public static final Quantity<Long> NUMA_NODE = count("numa_node", "NUMA node; -1 where the kernel knows none");

    // memory
    public static final Quantity<Long> MEMORY_TOTAL = count("memory_total_bytes", "framebuffer size");
    public static final Quantity<Long> MEMORY_USED =
            count("memory_used_bytes", "allocated framebuffer; without the reserved part where that is known apart");
    public static final Quantity<Long> MEMORY_FREE = count("memory_free_bytes", "free framebuffer");
    public static final Quantity<Long> MEMORY_RESERVED =
            count("memory_reserved_bytes", "framebuffer that driver and firmware keep (R510 on)");
    public static final Quantity<Long> BAR1_TOTAL = count("bar1_total_bytes", "BAR1 aperture");
    public static final Quantity<Long> BAR1_USED = count("bar1_used_bytes", "mapped BAR1");
    public static final Quantity<Long> BAR1_FREE = count("bar1_free_bytes", "free BAR1");

    // utilization, 0 to 1, over the driver's last period; none of a whole GPU under MIG
    public static final Quantity<Double> UTILIZATION_GPU =
            decimal("utilization_gpu_ratio", "part of time with a kernel running");
    public static final Quantity<Double> UTILIZATION_MEMORY =
            decimal("utilization_memory_ratio", "part of time with memory being read or written");
    public static final Quantity<Double> UTILIZATION_ENCODER = decimal("utilization_encoder_ratio", "video encoder");
    public static final Quantity<Double> UTILIZATION_DECODER = decimal("utilization_decoder_ratio", "video decoder");
    public static final Quantity<Double> UTILIZATION_JPEG = decimal("utilization_jpeg_ratio", "JPEG engine");
    public static final Quantity<Double> UTILIZATION_OFA = decimal("utilization_ofa_ratio", "optical flow engine");

    // from the driver's own sample buffers, several samples a second: mean and peak of the last five minutes, integrals
    // since the agent began to read, and the time that those cover
    public static final Quantity<Double> UTILIZATION_GPU_MEAN =
            decimal("utilization_gpu_mean_ratio", "mean of the last five minutes");
    public static final Quantity<Double> UTILIZATION_GPU_PEAK =
            decimal("utilization_gpu_peak_ratio", "highest of the last five minutes");
    public static final Quantity<Double> UTILIZATION_GPU_BUSY =
            decimal("utilization_gpu_busy_seconds_total", "time with a kernel running");
    public static final Quantity<Double> UTILIZATION_GPU_COVERED =
            decimal("utilization_gpu_covered_seconds_total", "time that the busy time was counted over");
    public static final Quantity<Double> POWER_MEAN = decimal("power_mean_watts", "mean of the last five minutes");
    public static final Quantity<Double> POWER_PEAK = decimal("power_peak_watts", "highest of the last five minutes");
    public static final Quantity<Double> POWER_INTEGRAL =
            decimal("power_integral_joules_total", "sum of power over time");
    public static final Quantity<Double> POWER_COVERED =
            decimal("power_covered_seconds_total", "time that the sum was taken over");
    public static final Quantity<Double> CLOCK_SM_MEAN =
            decimal("clock_sm_mean_hertz", "mean of the last five minutes");
    public static final Quantity<Double> CLOCK_SM_PEAK =
            decimal("clock_sm_peak_hertz", "highest of the last five minutes");
    public static final Quantity<Double> CLOCK_SM_CYCLES = decimal("clock_sm_cycles_total", "sum of clock over time");
    public static final Quantity<Double> CLOCK_SM_COVERED =
            decimal("clock_sm_covered_seconds_total", "time that the sum was taken over");

    // from the performance monitor (GPM, Hopper on), over the time since the last sample; only where somebody asked for
    // it
    public static final Quantity<Double> PROFILE_GRAPHICS_ACTIVE =
            decimal("profile_graphics_active_ratio", "part of time that graphics or compute engine was in use");
    public static final Quantity<Double> PROFILE_SM_ACTIVE =
            decimal("profile_sm_active_ratio", "part of cycles that an SM had a warp, mean of the SMs");
    public static final Quantity<Double> PROFILE_SM_OCCUPANCY =
            decimal("profile_sm_occupancy_ratio", "warps that were resident, part of the most there can be");
    public static final Quantity<Double> PROFILE_TENSOR_ACTIVE =
            decimal("profile_tensor_active_ratio", "part of cycles that a tensor pipe was in use");
    public static final Quantity<Double> PROFILE_FP64_ACTIVE =
            decimal("profile_fp64_active_ratio", "part of cycles that the double precision pipe was in use");
    public static final Quantity<Double> PROFILE_FP32_ACTIVE =
            decimal("profile_fp32_active_ratio", "part of cycles that the single precision pipe was in use");
    public static final Quantity<Double> PROFILE_FP16_ACTIVE =
            decimal("profile_fp16_active_ratio", "part of cycles that the half precision pipe was in use");
    public static final Quantity<Double> PROFILE_INTEGER_ACTIVE =
            decimal("profile_integer_active_ratio", "part of cycles that the integer pipe was in use");
    public static final Quantity<Double> PROFILE_DRAM_ACTIVE =
            decimal("profile_dram_active_ratio", "part of cycles that memory was sending or receiving");
    public static final Quantity<Double> PROFILE_PCIE_TRANSMIT =
            decimal("profile_pcie_transmit_bytes_per_second", "sent over PCIe, with headers");
    public static final Quantity<Double> PROFILE_PCIE_RECEIVE =
            decimal("profile_pcie_receive_bytes_per_second", "received over PCIe, with headers");
    public static final Quantity<Double> PROFILE_NVLINK_TRANSMIT =
            decimal("profile_nvlink_transmit_bytes_per_second", "sent over all NVLinks");
    public static final Quantity<Double> PROFILE_NVLINK_RECEIVE =
            decimal("profile_nvlink_receive_bytes_per_second", "received over all NVLinks");

    // temperature; thresholds are temperatures, margins and T.Limits are distances that may be zero or negative
    public static final Quantity<Double> TEMPERATURE_GPU = decimal("temperature_gpu_celsius", "GPU core");
    public static final Quantity<Double> TEMPERATURE_MEMORY = decimal("temperature_memory_celsius", "memory");
    public static final Quantity<Double> TEMPERATURE_MARGIN =
            decimal("temperature_margin_celsius", "distance to the slowdown limit; zero or less is at the limit");
    public static final Quantity<Double> THRESHOLD_SHUTDOWN = decimal("threshold_shutdown_celsius", "shuts down");
    public static final Quantity<Double> THRESHOLD_SLOWDOWN = decimal("threshold_slowdown_celsius", "slows down");
    public static final Quantity<Double> THRESHOLD_GPU_MAX = decimal("threshold_gpu_max_celsius", "highest operating");
    public static final Quantity<Double> THRESHOLD_MEMORY_MAX =
            decimal("threshold_memory_max_celsius", "highest operating of memory");
    public static final Quantity<Double> TLIMIT_SHUTDOWN = decimal("tlimit_shutdown_celsius", "margin of shutdown");
    public static final Quantity<Double> TLIMIT_SLOWDOWN = decimal("tlimit_slowdown_celsius", "margin of slowdown");
    public static final Quantity<Double> TLIMIT_GPU_MAX =
            decimal("tlimit_gpu_max_celsius", "margin of highest operating");
    public static final Quantity<Double> TLIMIT_MEMORY_MAX =
            decimal("tlimit_memory_max_celsius", "margin of highest operating of memory");
    public static final Quantity<Double> FAN_SPEED = decimal("fan_speed_ratio", "fastest fan, part of its maximum");
    public static final Quantity<Long> FAN_COUNT = count("fan_count", "fans");

    // power
    public static final Quantity<Double> POWER_USAGE = decimal("power_usage_watts", "board draw (mean of a second)");
    public static final Quantity<Double> POWER_INSTANT = decimal("power_instant_watts", "board draw now (R530 on)");
    public static final Quantity<Double> POWER_LIMIT_ENFORCED = decimal("power_limit_enforced_watts", "limit in force");
    public static final Quantity<Double> POWER_LIMIT_SET = decimal("power_limit_set_watts", "limit asked for");
    public static final Quantity<Double> POWER_LIMIT_DEFAULT = decimal("power_limit_default_watts", "factory limit");
    public static final Quantity<Double> POWER_LIMIT_MIN = decimal("power_limit_min_watts", "lowest settable limit");
    public static final Quantity<Double> POWER_LIMIT_MAX = decimal("power_limit_max_watts", "highest settable limit");
    public static final Quantity<Double> ENERGY = decimal("energy_joules", "energy since the driver was loaded");

    // clocks
    public static final Quantity<Long> CLOCK_GRAPHICS = count("clock_graphics_hertz", "graphics clock");
    public static final Quantity<Long> CLOCK_SM = count("clock_sm_hertz", "SM clock");
    public static final Quantity<Long> CLOCK_MEMORY = count("clock_memory_hertz", "memory clock");
    public static final Quantity<Long> CLOCK_VIDEO = count("clock_video_hertz", "video clock");
    public static final Quantity<Long> CLOCK_MAX_GRAPHICS = count("clock_max_graphics_hertz", "highest graphics clock");
    public static final Quantity<Long> CLOCK_MAX_SM = count("clock_max_sm_hertz", "highest SM clock");
    public static final Quantity<Long> CLOCK_MAX_MEMORY = count("clock_max_memory_hertz", "highest memory clock");
    public static final Quantity<Long> CLOCK_MAX_VIDEO = count("clock_max_video_hertz", "highest video clock");
    public static final Quantity<Long> CLOCK_EVENT_REASONS =
            count("clock_event_reasons", "bits of ClockEventReason that hold the clocks down now");
    public static final Quantity<Long> CLOCK_EVENT_REASONS_SUPPORTED =
            count("clock_event_reasons_supported", "bits that this GPU can report");
    public static final Quantity<Double> VIOLATION_POWER = decimal("violation_power_seconds_total", "held by power");
    public static final Quantity<Double> VIOLATION_THERMAL =
            decimal("violation_thermal_seconds_total", "held by temperature");
    public static final Quantity<Double> VIOLATION_SYNC_BOOST =
            decimal("violation_sync_boost_seconds_total", "held by sync boost");
    public static final Quantity<Double> VIOLATION_BOARD_LIMIT =
            decimal("violation_board_limit_seconds_total", "held by the board's limit");
    public static final Quantity<Double> VIOLATION_LOW_UTILIZATION =
            decimal("violation_low_utilization_seconds_total", "held by low utilization");
    public static final Quantity<Double> VIOLATION_RELIABILITY =
            decimal("violation_reliability_seconds_total", "held by the reliability voltage");
    public static final Quantity<Double> VIOLATION_SW_THERMAL =
            decimal("violation_sw_thermal_seconds_total", "held by software thermal slowdown");
    public static final Quantity<Double> VIOLATION_HW_THERMAL =
            decimal("violation_hw_thermal_seconds_total", "held by hardware thermal slowdown");
    public static final Quantity<Double> VIOLATION_HW_POWER_BRAKE =
            decimal("violation_hw_power_brake_seconds_total", "held by the power brake");

    // time that the clocks were held down, by reason: the driver's counter, or summed up from what each sample says
    public static final Quantity<Double> THROTTLED_POWER_CAP =
            decimal("throttled_sw_power_cap_seconds_total", "by the software power cap");
    public static final Quantity<Double> THROTTLED_SYNC_BOOST =
            decimal("throttled_sync_boost_seconds_total", "by sync boost");
    public static final Quantity<Double> THROTTLED_SW_THERMAL =
            decimal("throttled_sw_thermal_seconds_total", "by software thermal slowdown");
    public static final Quantity<Double> THROTTLED_HW_THERMAL =
            decimal("throttled_hw_thermal_seconds_total", "by hardware thermal slowdown");
    public static final Quantity<Double> THROTTLED_POWER_BRAKE =
            decimal("throttled_hw_power_brake_seconds_total", "by the power brake");
    public static final Quantity<Double> THROTTLED_HW_SLOWDOWN =
            decimal("throttled_hw_slowdown_seconds_total", "by hardware slowdown, whatever its cause");
    public static final Quantity<Double> READ_SECONDS =
            decimal("read_seconds", "how long the driver took to be read; of one that was asked, not of a recording");
    public static final Quantity<Long> PERFORMANCE_STATE = count("performance_state", "P-state, 0 fastest to 15");

    // ECC and repair
    public static final Quantity<Boolean> ECC_MODE = flag("ecc_mode", "whether ECC is on");
    public static final Quantity<Boolean> ECC_MODE_DEFAULT =
            flag("ecc_mode_default", "whether the board ships with ECC on");
    public static final Quantity<Boolean> ECC_MODE_PENDING =
            flag("ecc_mode_pending", "whether ECC is on after a reboot");
    public static final Quantity<Long> ECC_VOLATILE_CORRECTED =
            count("ecc_volatile_corrected", "corrected errors since the driver was loaded");
    public static final Quantity<Long> ECC_VOLATILE_UNCORRECTED =
            count("ecc_volatile_uncorrected", "uncorrected errors since the driver was loaded");
    public static final Quantity<Long> ECC_AGGREGATE_CORRECTED =
            count("ecc_aggregate_corrected", "corrected errors of the board's life");
    public static final Quantity<Long> ECC_AGGREGATE_UNCORRECTED =
            count("ecc_aggregate_uncorrected", "uncorrected errors of the board's life");
    public static final Quantity<Long> ECC_VOLATILE_SRAM_CORRECTED =
            count("ecc_volatile_sram_corrected", "of these, SRAM");
    public static final Quantity<Long> ECC_VOLATILE_SRAM_UNCORRECTED =
            count("ecc_volatile_sram_uncorrected", "of these, SRAM");
    public static final Quantity<Long> ECC_VOLATILE_DRAM_CORRECTED =
            count("ecc_volatile_dram_corrected", "of these, DRAM");
    public static final Quantity<Long> ECC_VOLATILE_DRAM_UNCORRECTED =
            count("ecc_volatile_dram_uncorrected", "of these, DRAM");
    public static final Quantity<Long> ECC_AGGREGATE_SRAM_CORRECTED =
            count("ecc_aggregate_sram_corrected", "of these, SRAM");
    public static final Quantity<Long> ECC_AGGREGATE_SRAM_UNCORRECTED =
            count("ecc_aggregate_sram_uncorrected", "of these, SRAM");
    public static final Quantity<Long> ECC_AGGREGATE_DRAM_CORRECTED =
            count("ecc_aggregate_dram_corrected", "of these, DRAM");
    public static final Quantity<Long> ECC_AGGREGATE_DRAM_UNCORRECTED =
            count("ecc_aggregate_dram_uncorrected", "of these, DRAM");
    public static final Quantity<Boolean> SRAM_THRESHOLD_EXCEEDED =
            flag("sram_threshold_exceeded", "the driver's own limit of SRAM errors is passed");
    public static final Quantity<Long> ECC_SRAM_L2 =
            count("ecc_aggregate_sram_uncorrected_l2", "uncorrected SRAM errors of the board's life in the L2 cache");
    public static final Quantity<Long> ECC_SRAM_SM = count("ecc_aggregate_sram_uncorrected_sm", "the same, in the SMs");
    public static final Quantity<Long> ECC_SRAM_PCIE =
            count("ecc_aggregate_sram_uncorrected_pcie", "the same, in the PCIe unit");
    public static final Quantity<Long> ECC_SRAM_MCU =
            count("ecc_aggregate_sram_uncorrected_mcu", "the same, in the microcontrollers");
    public static final Quantity<Long> ECC_SRAM_OTHER =
            count("ecc_aggregate_sram_uncorrected_other", "the same, elsewhere");
    public static final Quantity<Long> RETIRED_PAGES_SINGLE_BIT =
            count("retired_pages_single_bit", "pages retired for single-bit errors (before Ampere)");
    public static final Quantity<Long> RETIRED_PAGES_DOUBLE_BIT =
            count("retired_pages_double_bit", "pages retired for double-bit errors (before Ampere)");
    public static final Quantity<Long> RETIRED_PAGES_DOUBLE_BIT_WEEK =
            count("retired_pages_double_bit_last_week", "of these, retired within the last seven days");
    public static final Quantity<Boolean> RETIRED_PAGES_PENDING =
            flag("retired_pages_pending", "a page is retired by the next reboot");
    public static final Quantity<Long> REMAPPED_ROWS_CORRECTABLE =
            count("remapped_rows_correctable", "rows (Ampere on)");
    public static final Quantity<Long> REMAPPED_ROWS_UNCORRECTABLE =
            count("remapped_rows_uncorrectable", "rows (Ampere on)");
    public static final Quantity<Boolean> REMAPPED_ROWS_PENDING =
            flag("remapped_rows_pending", "a row is remapped by the next reset");
    public static final Quantity<Boolean> REMAPPED_ROWS_FAILURE =
            flag("remapped_rows_failure", "a row could not be remapped: no spare left");
    public static final Quantity<Long> REMAP_BANKS_MAX = count("remap_banks_max", "banks with all spare rows left");
    public static final Quantity<Long> REMAP_BANKS_HIGH = count("remap_banks_high", "banks with many spare rows left");
    public static final Quantity<Long> REMAP_BANKS_PARTIAL = count("remap_banks_partial", "banks with some left");
    public static final Quantity<Long> REMAP_BANKS_LOW = count("remap_banks_low", "banks with few left");
    public static final Quantity<Long> REMAP_BANKS_NONE = count("remap_banks_none", "banks with none left");
    public static final Quantity<Boolean> CHANNEL_REPAIR_PENDING =
            flag("channel_repair_pending", "repaired by a reset");
    public static final Quantity<Boolean> TPC_REPAIR_PENDING = flag("tpc_repair_pending", "repaired by a reset");
    public static final Quantity<Boolean> UNREPAIRABLE_MEMORY = flag("unrepairable_memory", "memory is beyond repair");
    public static final Quantity<Long> RECOVERY_ACTION =
            count("recovery_action", "code of RecoveryAction that the driver asks for (R570 on)");

    // PCIe
    public static final Quantity<Long> PCIE_GENERATION =
            count("pcie_generation", "link generation now (drops at idle)");
    public static final Quantity<Long> PCIE_GENERATION_MAX = count("pcie_generation_max", "of GPU and system together");
    public static final Quantity<Long> PCIE_GENERATION_GPU_MAX = count("pcie_generation_gpu_max", "of the GPU alone");
    public static final Quantity<Long> PCIE_WIDTH = count("pcie_width", "lanes now");
    public static final Quantity<Long> PCIE_WIDTH_MAX = count("pcie_width_max", "lanes of GPU and system together");
    public static final Quantity<Long> PCIE_REPLAYS =
            count("pcie_replays_total", "replays since the driver was loaded");
    public static final Quantity<Double> PCIE_TRANSMIT =
            decimal("pcie_transmit_bytes_per_second", "over the last 20 ms; takes 20 ms to read");
    public static final Quantity<Double> PCIE_RECEIVE =
            decimal("pcie_receive_bytes_per_second", "over the last 20 ms; takes 20 ms to read");
    public static final Quantity<Long> PCIE_WIDTH_SYSFS = count("pcie_width_sysfs", "lanes now, as the kernel says");
    public static final Quantity<String> PCIE_PORT = text("pcie_port", "PCI address of the port above the GPU");
    public static final Quantity<Long> PCIE_PORT_WIDTH_MAX = count("pcie_port_width_max", "lanes of that port");
    public static final Quantity<Long> PCIE_PORT_GENERATION_MAX =
            count("pcie_port_generation_max", "highest generation of that port");
    public static final Quantity<Long> AER_CORRECTABLE =
            count("aer_correctable_total", "corrected PCIe errors of the GPU since boot");
    public static final Quantity<Long> AER_NONFATAL =
            count("aer_nonfatal_total", "uncorrected non-fatal PCIe errors of the GPU since boot");
    public static final Quantity<Long> AER_FATAL = count("aer_fatal_total", "fatal PCIe errors of the GPU since boot");
    public static final Quantity<Long> AER_PORT_CORRECTABLE =
            count("aer_port_correctable_total", "the same of the ports from the GPU up to the root port");
    public static final Quantity<Long> AER_PORT_NONFATAL = count("aer_port_nonfatal_total", "of these ports");
    public static final Quantity<Long> AER_PORT_FATAL = count("aer_port_fatal_total", "of these ports");

    // NVLink fabric
    public static final Quantity<Long> NVLINK_COUNT = count("nvlink_count", "links that the GPU has");
    public static final Quantity<Long> NVLINK_TRANSMITTED =
            count("nvlink_transmitted_bytes_total", "data sent over all links since the driver was loaded");
    public static final Quantity<Long> NVLINK_RECEIVED =
            count("nvlink_received_bytes_total", "data received over all links since the driver was loaded");
    public static final Quantity<Double> NVLINK_RATE = decimal(
            "nvlink_bytes_per_second", "data over all links in both directions, between the last two slow readings");
    public static final Quantity<String> FABRIC_STATE =
            text("fabric_state", "NOT_SUPPORTED, NOT_STARTED, IN_PROGRESS or COMPLETED");
    public static final Quantity<Long> FABRIC_STATUS =
            count("fabric_status", "NVML return code of fabric registration");
    public static final Quantity<Long> FABRIC_HEALTH_MASK = count("fabric_health_mask", "packed NVML health bits");
    public static final Quantity<String> FABRIC_HEALTH =
            text("fabric_health", "HEALTHY, UNHEALTHY or LIMITED_CAPACITY");
    public static final Quantity<Long> FABRIC_CLIQUE = count("fabric_clique_id", "GPUs of one clique reach each other");
    public static final Quantity<String> FABRIC_CLUSTER = text("fabric_cluster_uuid", "NVLink domain");

    // modes
    public static final Quantity<Boolean> PERSISTENCE_MODE = flag("persistence_mode", "driver stays loaded when idle");
    public static final Quantity<String> COMPUTE_MODE = text("compute_mode", "DEFAULT, EXCLUSIVE_PROCESS, PROHIBITED");
    public static final Quantity<Boolean> DISPLAY_MODE = flag("display_mode", "a display is connected");
    public static final Quantity<Boolean> DISPLAY_ACTIVE = flag("display_active", "a display is in use");
    public static final Quantity<Boolean> ACCOUNTING_MODE = flag("accounting_mode", "per-process accounting");
    public static final Quantity<String> GSP_FIRMWARE_VERSION = text("gsp_firmware_version", "GSP firmware version");
    public static final Quantity<Boolean> GSP_FIRMWARE_MODE = flag("gsp_firmware_mode", "whether GSP firmware runs");
    public static final Quantity<Boolean> VGPU_LICENSED =
            flag("vgpu_licensed", "whether the vGPU software that this GPU needs is licensed");
    public static final Quantity<String> VGPU_PRODUCT = text("vgpu_product", "vGPU software product to be licensed");
    public static final Quantity<String> VGPU_LICENSE_EXPIRY =
            text("vgpu_license_expiry", "when the vGPU licence ends, ISO 8601, UTC");
    public static final Quantity<String> VIRTUALIZATION_MODE =
            text("virtualization_mode", "NONE, PASSTHROUGH, VGPU, HOST_VGPU, HOST_VSGA");
    public static final Quantity<String> ADDRESSING_MODE = text("addressing_mode", "NONE, HMM or ATS");
    public static final Quantity<String> DRIVER_MODEL = text("driver_model", "WDDM, TCC or MCDM; Windows only");
    public static final Quantity<Boolean> MIG_MODE = flag("mig_mode", "whether MIG is on");
    public static final Quantity<Boolean> MIG_MODE_PENDING =
            flag("mig_mode_pending", "whether MIG is on after a reset");

    // a process, a MIG device or one NVLink
    public static final Quantity<Long> GPU_INSTANCE = count("gpu_instance_id", "GPU instance");
    public static final Quantity<Long> COMPUTE_INSTANCE = count("compute_instance_id", "compute instance");
    public static final Quantity<String> MIG_UUID = text("mig_uuid", "UUID of a MIG device");
    public static final Quantity<String> MIG_PROFILE = text("mig_profile", "profile such as 1g.10gb");
    public static final Quantity<String> MIG_PLACEMENT = text("mig_placement", "start:size in memory slices");
    public static final Quantity<Long> MIG_MULTIPROCESSORS = count("mig_multiprocessors", "SMs of a MIG device");
    public static final Quantity<Boolean> NVLINK_ACTIVE = flag("nvlink_active", "whether the link is up");
    public static final Quantity<Long> NVLINK_VERSION =
            count("nvlink_version", "NVML's number of the NVLink generation");
    public static final Quantity<String> NVLINK_REMOTE_PCI =
            text("nvlink_remote_pci_bus_id", "PCI address at the far end");
    public static final Quantity<String> NVLINK_REMOTE_TYPE = text("nvlink_remote_type", "GPU, SWITCH, IBMNPU");
    public static final Quantity<Long> NVLINK_REPLAYS = count("nvlink_replays_total", "data link replays");
    public static final Quantity<Long> NVLINK_RECOVERIES = count("nvlink_recoveries_total", "link recoveries");
    public static final Quantity<Long> NVLINK_CRC_FLIT = count("nvlink_crc_flit_errors_total", "CRC errors of flits");
    public static final Quantity<Long> NVLINK_CRC_DATA = count("nvlink_crc_data_errors_total", "CRC errors of data");
    public static final Quantity<Long> NVLINK_ECC_DATA = count("nvlink_ecc_data_errors_total", "ECC errors of data");
    public static final Quantity<Long> NVLINK_RECOVERED =
            count("nvlink_recoveries_successful_total", "link recoveries that succeeded (NVLink 5)");
    public static final Quantity<Long> NVLINK_RECOVERY_FAILED =
            count("nvlink_recoveries_failed_total", "link recoveries that failed (NVLink 5)");
    public static final Quantity<Long> NVLINK_EFFECTIVE_ERRORS =
            count("nvlink_effective_errors_total", "errors that error correction left (NVLink 5)");
    public static final Quantity<Double> NVLINK_EFFECTIVE_BER =
            decimal("nvlink_effective_bit_error_ratio", "part of bits wrong after error correction (NVLink 5)");
    public static final Quantity<Double> NVLINK_SYMBOL_BER =
            decimal("nvlink_symbol_bit_error_ratio", "part of symbols wrong after error correction (NVLink 5)");
    public static final Quantity<Long> NVLINK_MALFORMED =
            count("nvlink_malformed_packets_total", "malformed packets (NVLink 5)");
    public static final Quantity<Long> NVLINK_OVERRUNS =
            count("nvlink_buffer_overruns_total", "buffer overruns (NVLink 5)");
    public static final Quantity<Long> NVLINK_INTEGRITY_ERRORS =
            count("nvlink_integrity_errors_total", "local link integrity errors (NVLink 5)");

    private static final List<Quantity<?>> ALL = declared(GpuQuantities.class);
    private static final Map<String, Quantity<?>> BY_ID = byId(ALL);

    private GpuQuantities() {}

    public static List<Quantity<?>> all() {
        return ALL;
    }

    public static Optional<Quantity<?>> byId(String id) {
        return Optional.ofNullable(BY_ID.get(id));
    }

    static Map<String, Quantity<?>> byId(List<Quantity<?>> quantities) {
        return quantities.stream().collect(Collectors.toUnmodifiableMap(Quantity::id, Function.identity()));
    }

    static List<Quantity<?>> declared(Class<?> holder) {
        return Arrays.stream(holder.getDeclaredFields())
                .filter(field -> Modifier.isPublic(field.getModifiers()) && field.getType() == Quantity.class)
                .<Quantity<?>>map(field -> {
                    try {
                        return (Quantity<?>) field.get(null);
                    } catch (IllegalAccessException e) {
                        throw new AssertionError("a public field is readable", e);
                    }
                })
                .toList();
    }
}
