package dev.gpudiag.agent.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Reads {@code [pcie 3]}: the errors (AER) that the kernel has counted on the link of a GPU and on the port above it. */
final class PcieSection {

    private static final Pattern INDEX = Pattern.compile("\\d{1,3}");
    private static final List<String> KINDS = List.of("correctable", "nonfatal", "fatal");
    private static final List<String> TOTALS = List.of("TOTAL_ERR_COR", "TOTAL_ERR_NONFATAL", "TOTAL_ERR_FATAL");
    private static final List<String> KEYS =
            List.of("correctable", "nonfatal", "fatal", "port.correctable", "port.nonfatal", "port.fatal");

    private PcieSection() {}

    static List<HostFile> read(ScenarioSection section, List<SimulatedGpu> gpus) {
        boolean known =
                INDEX.matcher(section.argument()).matches() && Integer.parseInt(section.argument()) < gpus.size();
        if (!known) {
            throw section.wrong("[pcie " + section.argument() + "]: there is no such GPU");
        }
        section.allow(KEYS);
        SimulatedGpu gpu = gpus.get(Integer.parseInt(section.argument()));
        List<HostFile> files = new ArrayList<>();
        for (int kind = 0; kind < KINDS.size(); kind++) {
            files.add(counter(section, KINDS.get(kind), kind, SimulatedPci.device(gpu.pciAddress())));
            files.add(counter(section, "port." + KINDS.get(kind), kind, SimulatedPci.port(gpu.pciAddress())));
        }
        return files;
    }

    private static HostFile counter(ScenarioSection section, String key, int kind, String directory) {
        CountOverTime count = InfinibandSection.count(section, key);
        return HostFile.line(
                "/" + directory + "/aer_dev_" + KINDS.get(kind), at -> TOTALS.get(kind) + " " + count.at(at));
    }
}
