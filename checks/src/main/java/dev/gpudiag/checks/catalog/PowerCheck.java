package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.POWER_USAGE;

import dev.gpudiag.checks.CheckSpec;
import dev.gpudiag.checks.CheckSpec.Precondition;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.GpuCheck;
import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.GpuSample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** Whether a GPU gets the power that it needs: cables, the power brake of chassis or supply, limits, and the sensor. */
final class PowerCheck implements GpuCheck {

    static final Setting<Duration> WINDOW = Setting.duration(
            "power.brake-window",
            Duration.ofMinutes(10),
            Duration.ofMinutes(1),
            Duration.ofHours(1),
            "how far back the power brake is counted");
    static final Setting<Double> SUSTAINED = Setting.number(
            "power.brake-ratio", 0.6, 0.01, 1, "ratio", "part of the window with the power brake on that is critical");

    private static final CheckSpec SPEC = new CheckSpec(
            "power",
            "power supply: cables, power brake, limits, and whether the draw can be read",
            EnumSet.of(Precondition.USABLE_DRIVER, Precondition.GPU),
            List.of(WINDOW, SUSTAINED),
            List.of(
                    new Rule(
                            "pwr.cable",
                            "NVML return code 8 of any call",
                            "insufficient external power",
                            Status.CRITICAL,
                            "look at the GPU's power cables",
                            "NVML documentation of nvmlReturn_t"),
                    new Rule(
                            "pwr.brake",
                            "nvmlDeviceGetCurrentClocksEventReasons, bit 0x80; field 271",
                            "on in 60 % of 10 min; at any time within: WARNING",
                            Status.CRITICAL,
                            "look at power supplies and BMC",
                            "NVML documentation of clocks event reasons; gpud"),
                    new Rule(
                            "pwr.unreadable",
                            "nvmlDeviceGetPowerUsage",
                            "an error for 5 min where temperature can be read; a single one is UNKNOWN",
                            Status.WARNING,
                            "drain the node and reset the GPU",
                            "DCGM health watch"),
                    new Rule(
                            "pwr.cap",
                            "nvmlDeviceGetEnforcedPowerLimit and DefaultLimit",
                            "limit in force under 90 % of the factory's",
                            Status.INFO,
                            "if nobody meant it: nvidia-smi -pl",
                            "gpudiag")));

    @Override
    public CheckSpec spec() {
        return SPEC;
    }

    @Override
    public List<Finding> evaluate(Evidence evidence) {
        List<Finding> findings = new ArrayList<>();
        for (GpuSample gpu : evidence.sample().gpus()) {
            Optional<Finding> cable = PowerSupply.insufficient(gpu);
            if (cable.isPresent()) {
                findings.add(cable.get());
            } else if (gpu.condition().isAnswering()) {
                findings.addAll(evaluate(gpu, evidence));
            } else {
                findings.addAll(notAnswering(gpu));
            }
        }
        return findings;
    }

    @Override
    public List<Finding> evaluate(GpuSample gpu, Evidence evidence) {
        PowerSupply supply = new PowerSupply(gpu, evidence);
        List<Finding> findings = new ArrayList<>();
        supply.brake().ifPresent(findings::add);
        supply.unreadable().ifPresent(findings::add);
        supply.cap().ifPresent(findings::add);
        if (findings.stream().noneMatch(finding -> finding.status().isProblem())) {
            findings.add(
                    gpu.get(POWER_USAGE).isPresent()
                            ? supply.ok()
                            : Unread.finding(Subject.gpu(gpu.identity()), "power", POWER_USAGE, gpu.get(POWER_USAGE)));
        }
        return findings;
    }
}
