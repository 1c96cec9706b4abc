package dev.gpudiag.agent.metrics;

import static dev.gpudiag.agent.metrics.Metric.gauge;
import static dev.gpudiag.agent.metrics.Metric.info;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.DriverPhase;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.Quantity;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The driver, how many GPUs there are, and what the checks say. */
final class NodeMetrics {

    static final List<Metric> ALL = List.of(
            info(
                    "gpudiag_node",
                    "Identity of the node.",
                    List.of("hostname", "kernel_release"),
                    (scrape, series) -> scrape.sample()
                            .ifPresent(sample -> series.add(
                                    1,
                                    Labels.of(
                                            "hostname", text(sample.driver(), HostQuantities.HOSTNAME),
                                            "kernel_release", text(sample.driver(), HostQuantities.KERNEL_RELEASE))))),
            gauge(
                    "gpudiag_driver_up",
                    "1 while NVML answers; absent while the driver starts or is released.",
                    List.of(),
                    (scrape, series) -> scrape.sample()
                            .filter(sample -> DriverPhase.of(sample).isSettled()
                                    || sample.driver().usable())
                            .ifPresent(sample -> series.add(sample.driver().usable() ? 1 : 0, Labels.EMPTY))),
            gauge(
                    "gpudiag_driver_state",
                    "1 for the state that the driver is in, 0 for the others.",
                    List.of("state"),
                    NodeMetrics::driverState),
            info(
                    "gpudiag_driver",
                    "Versions of the driver.",
                    List.of("version", "nvml_version", "cuda_version", "module_version", "module_flavour"),
                    NodeMetrics::driverInfo),
            gauge(
                    "gpudiag_agent_died_timestamp_seconds",
                    "When the agent before this one ended without being asked to; told for a day.",
                    List.of(),
                    (scrape, series) -> scrape.sample()
                            .flatMap(sample -> sample.driver()
                                    .get(HostQuantities.AGENT_DIED_AT)
                                    .value())
                            .ifPresent(at -> series.add(at, Labels.EMPTY))),
            gauge(
                    "gpudiag_gpus",
                    "GPUs on the PCI bus, GPUs that NVML counts, and those that answer.",
                    List.of("seen_by"),
                    NodeMetrics::gpus),
            gauge(
                    "gpudiag_gpus_expected",
                    "GPUs that should be here: devices.expect-count, or the most that were seen since the agent began.",
                    List.of(),
                    NodeMetrics::expected),
            gauge(
                    "gpudiag_check_status",
                    "0 OK or INFO, 1 WARNING, 2 CRITICAL, 3 UNKNOWN; absent when skipped.",
                    List.of("check"),
                    NodeMetrics::checkStatus),
            gauge(
                    "gpudiag_check_duration_seconds",
                    "How long the check took when it ran last.",
                    List.of("check"),
                    NodeMetrics::checkDurations),
            gauge(
                    "gpudiag_checks",
                    "Checks by what they said last.",
                    List.of("status"),
                    (scrape, series) -> scrape.report().ifPresent(report -> checks(report, series))));

    private NodeMetrics() {}

    private static String text(DriverState driver, Quantity<?> quantity) {
        return GpuView.text(driver.readings(), quantity);
    }

    private static void driverState(Scrape scrape, Metric.Series series) {
        scrape.sample().ifPresent(sample -> {
            DriverPhase now = DriverPhase.of(sample);
            for (DriverPhase state : DriverPhase.values()) {
                series.add(state == now ? 1 : 0, Labels.of("state", state.label()));
            }
        });
    }

    private static void driverInfo(Scrape scrape, Metric.Series series) {
        scrape.sample()
                .map(NodeSample::driver)
                .filter(driver -> driver.get(HostQuantities.DRIVER_VERSION).isPresent()
                        || driver.get(HostQuantities.MODULE_VERSION).isPresent())
                .ifPresent(driver -> series.add(
                        1,
                        Labels.of(
                                "version", text(driver, HostQuantities.DRIVER_VERSION),
                                "nvml_version", text(driver, HostQuantities.NVML_VERSION),
                                "cuda_version", text(driver, HostQuantities.CUDA_DRIVER_VERSION),
                                "module_version", text(driver, HostQuantities.MODULE_VERSION),
                                "module_flavour", text(driver, HostQuantities.MODULE_FLAVOUR))));
    }

    private static void gpus(Scrape scrape, Metric.Series series) {
        scrape.sample().ifPresent(sample -> {
            sample.driver()
                    .pciDevices()
                    .value()
                    .ifPresent(devices -> series.add(
                            (double) devices.stream().filter(PciDevice::isGpu).count(), Labels.of("seen_by", "pci")));
            if (sample.driver().usable()) {
                sample.driver()
                        .get(HostQuantities.GPU_COUNT)
                        .value()
                        .ifPresent(count -> series.add(count, Labels.of("seen_by", "nvml")));
            }
            if (DriverPhase.of(sample).isSettled()) {
                series.add(scrape.answering().size(), Labels.of("seen_by", "answering"));
            }
        });
    }

    private static void expected(Scrape scrape, Metric.Series series) {
        int seen = scrape.agent().samples().mostGpus();
        scrape.options()
                .expectedGpus()
                .ifPresentOrElse(
                        count -> series.add(count, Labels.EMPTY),
                        () -> scrape.report()
                                .filter(report -> seen > 0)
                                .ifPresent(report -> series.add(seen, Labels.EMPTY)));
    }

    private static void checkStatus(Scrape scrape, Metric.Series series) {
        scrape.report().map(Report::results).orElse(List.of()).stream()
                .filter(result -> result.status() != Status.SKIPPED)
                .forEach(result -> series.add(result.status().exitCode(), Labels.of("check", result.id())));
    }

    /** Of the checks that ran in this round: what one took before it was turned off is not what it takes now. */
    private static void checkDurations(Scrape scrape, Metric.Series series) {
        Set<String> ran = scrape.report().map(Report::results).orElse(List.of()).stream()
                .filter(result -> result.status() != Status.SKIPPED)
                .map(CheckResult::id)
                .collect(Collectors.toSet());
        scrape.agent().checks().forEach((check, took) -> {
            if (ran.contains(check)) {
                series.add(took.toNanos() / 1e9, Labels.of("check", check));
            }
        });
    }

    private static void checks(Report report, Metric.Series series) {
        for (Status status : Status.values()) {
            long count = report.results().stream()
                    .map(CheckResult::status)
                    .filter(status::equals)
                    .count();
            series.add((double) count, Labels.of("status", status.name()));
        }
    }
}
