package dev.gpudiag.agent.metrics;

import static dev.gpudiag.agent.metrics.ReadingMetric.counter;
import static dev.gpudiag.agent.metrics.ReadingMetric.gauge;
import static dev.gpudiag.agent.metrics.ReadingMetric.series;

import dev.gpudiag.agent.metrics.ReadingMetric.Of;
import dev.gpudiag.telemetry.GpuQuantities;
import java.util.List;

/** PCIe and NVLink of each GPU. */
final class LinkMetrics {

    static final List<Metric> ALL = List.of(
            gauge("gpudiag_gpu_pcie_generation", GpuQuantities.PCIE_GENERATION, "PCIe generation now."),
            gauge("gpudiag_gpu_pcie_generation_max", GpuQuantities.PCIE_GENERATION_MAX, "PCIe generation at most."),
            gauge("gpudiag_gpu_pcie_lanes", GpuQuantities.PCIE_WIDTH, "PCIe lanes now."),
            gauge("gpudiag_gpu_pcie_lanes_max", GpuQuantities.PCIE_WIDTH_MAX, "PCIe lanes at most."),
            counter(
                    "gpudiag_gpu_pcie_replays",
                    GpuQuantities.PCIE_REPLAYS,
                    "PCIe replays since the driver was loaded."),
            counter(
                    "gpudiag_gpu_pcie_aer_errors",
                    "PCIe errors (AER) since boot, of the GPU and of the ports up to the root.",
                    series(GpuQuantities.AER_CORRECTABLE, "severity", "correctable", "device", "gpu"),
                    series(GpuQuantities.AER_NONFATAL, "severity", "nonfatal", "device", "gpu"),
                    series(GpuQuantities.AER_FATAL, "severity", "fatal", "device", "gpu"),
                    series(GpuQuantities.AER_PORT_CORRECTABLE, "severity", "correctable", "device", "ports"),
                    series(GpuQuantities.AER_PORT_NONFATAL, "severity", "nonfatal", "device", "ports"),
                    series(GpuQuantities.AER_PORT_FATAL, "severity", "fatal", "device", "ports")),
            gauge(
                    "gpudiag_gpu_pcie_bytes_per_second",
                    "Data over PCIe in 20 milliseconds; a sample of a rate, not its mean.",
                    series(GpuQuantities.PCIE_TRANSMIT, "direction", "transmit"),
                    series(GpuQuantities.PCIE_RECEIVE, "direction", "receive")),
            gauge(Of.LINK, "gpudiag_gpu_nvlink_up", "1 while the link is up.", series(GpuQuantities.NVLINK_ACTIVE)),
            counter(
                    Of.LINK,
                    "gpudiag_gpu_nvlink_errors",
                    "NVLink errors by kind.",
                    series(GpuQuantities.NVLINK_REPLAYS, "kind", "replay"),
                    series(GpuQuantities.NVLINK_RECOVERIES, "kind", "recovery"),
                    series(GpuQuantities.NVLINK_CRC_FLIT, "kind", "crc_flit"),
                    series(GpuQuantities.NVLINK_CRC_DATA, "kind", "crc_data"),
                    series(GpuQuantities.NVLINK_ECC_DATA, "kind", "ecc_data"),
                    series(GpuQuantities.NVLINK_RECOVERED, "kind", "recovery_successful"),
                    series(GpuQuantities.NVLINK_RECOVERY_FAILED, "kind", "recovery_failed"),
                    series(GpuQuantities.NVLINK_EFFECTIVE_ERRORS, "kind", "effective"),
                    series(GpuQuantities.NVLINK_MALFORMED, "kind", "malformed"),
                    series(GpuQuantities.NVLINK_OVERRUNS, "kind", "buffer_overrun"),
                    series(GpuQuantities.NVLINK_INTEGRITY_ERRORS, "kind", "integrity")),
            gauge(
                    Of.LINK,
                    "gpudiag_gpu_nvlink_bit_error_ratio",
                    "Part of bits or symbols that are wrong after error correction (NVLink 5).",
                    series(GpuQuantities.NVLINK_EFFECTIVE_BER, "kind", "effective"),
                    series(GpuQuantities.NVLINK_SYMBOL_BER, "kind", "symbol")),
            gauge("gpudiag_gpu_nvlinks", GpuQuantities.NVLINK_COUNT, "NVLinks that the GPU has."),
            counter(
                    "gpudiag_gpu_nvlink_bytes",
                    "Data over all NVLinks since the driver was loaded.",
                    series(GpuQuantities.NVLINK_TRANSMITTED, "direction", "transmit"),
                    series(GpuQuantities.NVLINK_RECEIVED, "direction", "receive")));

    private LinkMetrics() {}
}
