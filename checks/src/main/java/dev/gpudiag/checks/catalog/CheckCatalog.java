package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.kernellog.XidOverrides;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** All checks, in the order in which a report shows them: what explains the rest comes first. */
public final class CheckCatalog {

    private static final List<Check> ALL = List.of(
            new DriverCheck(),
            new DevicesCheck(),
            new XidCheck(),
            new DriverInstallCheck(),
            new BaselineCheck(),
            new EccCheck(),
            new TemperatureCheck(),
            new PowerCheck(),
            new ClocksCheck(),
            new PcieCheck(),
            new NvLinkCheck(),
            new InfinibandCheck(),
            new MemoryCheck(),
            new MemoryGrowthCheck(),
            new MemoryUnaccountedCheck(),
            new FragmentationCheck(),
            new UtilizationCheck(),
            new HangCheck(),
            new CudaCompatCheck(),
            new AllocationCheck());

    private CheckCatalog() {}

    public static List<Check> all() {
        return ALL;
    }

    /** The settings of all checks, in the order of the checks. */
    public static List<Setting<?>> settings() {
        return ALL.stream()
                .<Setting<?>>flatMap(check -> check.spec().settings().stream())
                .toList();
    }

    /** The metrics endpoints that the settings name, for whoever asks them. */
    public static List<String> endpoints(Settings settings) {
        return settings.get(FragmentationCheck.ENDPOINTS)
                .map(FragmentationCheck::separate)
                .orElse(List.of());
    }

    /** How bad the settings hold Xids to be, for whoever reads a log without checks. */
    public static XidOverrides severities(Settings settings) {
        return settings.get(XidCheck.OVERRIDE);
    }

    /** What has to be collected for these checks; network adapters only where the settings expect something of them. */
    public static Set<Need> needs(List<Check> checks, Settings settings) {
        return checks.stream()
                .flatMap(check -> check.spec().needs().stream())
                .filter(need -> need != Need.RDMA || InfinibandCheck.isAskedFor(settings))
                .collect(Collectors.toSet());
    }
}
