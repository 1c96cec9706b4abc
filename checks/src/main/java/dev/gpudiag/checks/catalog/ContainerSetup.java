package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.HostQuantities.CDI_MISSING_FILES;
import static dev.gpudiag.telemetry.HostQuantities.CDI_SPECS;

import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import java.util.ArrayList;
import java.util.List;

/** What is wrong with how this node gives GPUs to containers, whoever runs now. */
final class ContainerSetup {

    private ContainerSetup() {}

    static List<Finding> findings(NodeSample sample) {
        List<Finding> findings = new ArrayList<>();
        specification(sample.driver(), findings);
        return findings;
    }

    /** A CDI specification lists the driver's files by name; after an upgrade these are gone. */
    private static void specification(DriverState driver, List<Finding> findings) {
        Reading<String> missing = driver.get(CDI_MISSING_FILES);
        if (missing.isPresent() && !missing.value().get().isEmpty()) {
            findings.add(Finding.builder(
                            Status.CRITICAL,
                            Subject.node(),
                            "a CDI specification names files that are not there: "
                                    + missing.value().get())
                    .rule("ctr.cdi_stale")
                    .why("It is older than the driver: a container that asks for its devices does not start.")
                    .action("regenerate it: nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml"
                            + " (nvidia-cdi-refresh.service does so on newer toolkits)")
                    .proof(CDI_SPECS, driver.get(CDI_SPECS))
                    .proof(CDI_MISSING_FILES, missing)
                    .build());
        } else if (missing.failed()) {
            findings.add(Finding.builder(
                            Status.INFO, Subject.node(), "a CDI specification cannot be used: " + missing.describe())
                    .rule("ctr.cdi_stale")
                    .why("Whether containers get their files by it cannot be told.")
                    .action("regenerate it: nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml")
                    .proof(CDI_MISSING_FILES, missing)
                    .build());
        }
    }
}
