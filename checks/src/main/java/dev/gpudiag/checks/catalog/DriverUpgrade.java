package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.Quantity;
import java.util.Optional;

/** Who put another version under the loaded driver, and how that is kept from happening again. */
record DriverUpgrade(DriverFacts facts) {

    private static final int VERSION_MISMATCH = 18;

    Optional<Finding> finding() {
        Optional<String> change = facts.text(HostQuantities.DRIVER_CHANGE);
        Optional<String> whose = facts.text(HostQuantities.DRIVER_CHANGED_BY);
        boolean broken =
                differs(HostQuantities.LIBRARY_VERSION) || facts.returnCode().orElse(0) == VERSION_MISMATCH;
        boolean pending = differs(HostQuantities.MODULE_ON_DISK_VERSION);
        if (change.isEmpty() || whose.isEmpty() || !(broken || pending)) {
            return Optional.empty();
        }
        boolean byItself =
                whose.get().equals("unattended-upgrade") || whose.get().equals("cloud extension");
        Finding.Builder finding = Finding.builder(
                        broken && byItself ? Status.WARNING : Status.INFO,
                        Subject.node(),
                        (byItself ? "the driver was replaced by itself (" : "the driver was replaced (") + whose.get()
                                + "): " + change.get())
                .rule("drv.pin")
                .why("A driver that is replaced under a loaded module breaks every program that starts afterwards.")
                .action(pin(whose.get()))
                .proof(HostQuantities.DRIVER_CHANGE, facts.state().get(HostQuantities.DRIVER_CHANGE));
        if (broken) {
            finding.causedBy("driver");
        }
        return Optional.of(finding.build());
    }

    private boolean differs(Quantity<String> quantity) {
        Optional<String> loaded = facts.text(HostQuantities.MODULE_VERSION);
        Optional<String> other = facts.text(quantity);
        return loaded.isPresent() && other.isPresent() && !loaded.equals(other);
    }

    private static String pin(String whose) {
        return switch (whose) {
            case "dnf" -> "pin the version: dnf versionlock add 'nvidia-driver*' 'kmod-nvidia*'";
            case "cloud extension" ->
                "pin the version: remove the extension NvidiaGpuDriverLinux, or set its driverVersion and switch"
                        + " automatic upgrades off";
            default ->
                "pin the version: apt-mark hold 'nvidia-*' 'libnvidia-*', or list them in Package-Blacklist of"
                        + " /etc/apt/apt.conf.d/50unattended-upgrades";
        };
    }
}
