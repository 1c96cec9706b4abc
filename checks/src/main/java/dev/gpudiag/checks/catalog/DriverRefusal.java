package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.cuda.DriverSupport;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.PciDevice;
import java.util.List;
import java.util.Optional;

/**
 * A driver that does not support a GPU on the bus.
 *
 * @param rule the rule that it trips
 * @param text why
 * @param remedy what to install instead
 */
record DriverRefusal(String rule, String text, String remedy) {

    /** Why the driver in force, or else the one on disk, drives no GPU on this bus; empty if it may drive one. */
    static Optional<DriverRefusal> ofAll(DriverFacts facts) {
        List<Optional<DriverRefusal>> refusals =
                facts.ownGpus().stream().map(gpu -> of(gpu, facts)).toList();
        boolean all = !refusals.isEmpty() && refusals.stream().allMatch(Optional::isPresent);
        return all ? refusals.getFirst() : Optional.empty();
    }

    /** Why it does not drive this one. */
    static Optional<DriverRefusal> of(PciDevice gpu, DriverFacts facts) {
        return DriverSupport.ofDevice(gpu.deviceId()).flatMap(support -> of(support, facts));
    }

    private static Optional<DriverRefusal> of(DriverSupport support, DriverFacts facts) {
        Optional<String> version = facts.moduleVersion().or(() -> facts.text(HostQuantities.MODULE_ON_DISK_VERSION));
        Optional<String> flavour = facts.text(HostQuantities.MODULE_FLAVOUR);
        return version.flatMap(support::refusal)
                .map(text -> new DriverRefusal("drv.arch_eol", text, support.remedy()))
                .or(() -> flavour.flatMap(support::flavourRefusal)
                        .map(text -> new DriverRefusal(
                                "drv.flavour", text, "install the driver with the other kernel module flavour")));
    }
}
