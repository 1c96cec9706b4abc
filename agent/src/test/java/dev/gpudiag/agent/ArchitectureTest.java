package dev.gpudiag.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.gpudiag", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule bindingsDependOnJnaOnly = classes()
            .that()
            .resideInAPackage("dev.gpudiag.nvml..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "com.sun.jna..", "dev.gpudiag.nvml..");

    @ArchTest
    static final ArchRule telemetryDependsOnTheJdkOnly = classes()
            .that()
            .resideInAPackage("dev.gpudiag.telemetry..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "dev.gpudiag.telemetry..");

    @ArchTest
    static final ArchRule checksDependOnTelemetryOnly = classes()
            .that()
            .resideInAPackage("dev.gpudiag.checks..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "dev.gpudiag.telemetry..", "dev.gpudiag.checks..");

    @ArchTest
    static final ArchRule checksDoNoInputOutputAndReadNoClock = noClasses()
            .that()
            .resideInAPackage("dev.gpudiag.checks..")
            .and()
            .doNotHaveFullyQualifiedName("dev.gpudiag.checks.DataTable") // tables that ship with the product
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.io..", "java.nio.file..", "java.net..", "java.util.logging..", "java.time.chrono..")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(java.time.Instant.class, "now");

    @ArchTest
    static final ArchRule onlySamplingAndSimulationTouchNvml = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "dev.gpudiag.nvml..",
                    "dev.gpudiag.agent.sampling..",
                    "dev.gpudiag.agent.simulation..",
                    "dev.gpudiag.agent.source..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.gpudiag.nvml..");

    @ArchTest
    static final ArchRule pagesNeverReachTheDriver = noClasses()
            .that()
            .resideInAnyPackage("dev.gpudiag.agent.http..", "dev.gpudiag.agent.metrics..", "dev.gpudiag.agent.page..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.gpudiag.nvml..", "dev.gpudiag.agent.sampling..");

    @ArchTest
    static final ArchRule agentPackagesHaveNoCycles =
            slices().matching("dev.gpudiag.agent.(*)..").should().beFreeOfCycles();
}
