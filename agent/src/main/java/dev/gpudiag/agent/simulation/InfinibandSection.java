package dev.gpudiag.agent.simulation;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads {@code [infiniband mlx5_0]}, one port of a network adapter, as the files below /sys/class/infiniband. */
final class InfinibandSection {

    private static final List<String> KEYS =
            List.of("port", "state", "phys_state", "rate", "link_layer", "link_downed");
    private static final Pattern DEVICE = Pattern.compile("[A-Za-z0-9_]{1,64}");
    private static final Map<String, Integer> STATES =
            Map.of("DOWN", 1, "INIT", 2, "ARMED", 3, "ACTIVE", 4, "ACTIVE_DEFER", 5);
    private static final Map<String, Integer> PHYSICAL_STATES =
            Map.of("Sleep", 1, "Polling", 2, "Disabled", 3, "LinkUp", 5, "LinkErrorRecovery", 6);

    private InfinibandSection() {}

    static List<HostFile> read(ScenarioSection section) {
        String device = section.argument();
        if (!DEVICE.matcher(device).matches()) {
            throw section.wrong("[infiniband " + device + "]: not the name of an adapter such as mlx5_0");
        }
        section.allow(KEYS);
        String port = section.get("port", Pattern.compile("[1-9]\\d{0,2}"), "the number of a port, from 1")
                .orElse("1");
        String directory = "/sys/class/infiniband/" + device + "/ports/" + port + "/";
        CountOverTime downs = count(section, "link_downed");
        String rate = section.get("rate", Pattern.compile("\\d{1,5}(\\.\\d{1,2})?"), "a number of Gb/s")
                .orElse("400");
        return List.of(
                HostFile.constant(directory + "state", word(section, "state", STATES, "ACTIVE")),
                HostFile.constant(directory + "phys_state", word(section, "phys_state", PHYSICAL_STATES, "LinkUp")),
                HostFile.constant(directory + "rate", rate + " Gb/sec (4X)"),
                HostFile.constant(
                        directory + "link_layer",
                        section.get("link_layer", Pattern.compile("InfiniBand|Ethernet"), "InfiniBand or Ethernet")
                                .orElse("InfiniBand")),
                HostFile.line(directory + "counters/link_downed", at -> String.valueOf(downs.at(at))));
    }

    static CountOverTime count(ScenarioSection section, String key) {
        String text = section.get(key).orElse("0");
        return CountOverTime.parse(text)
                .orElseThrow(() -> section.wrong(key, "'" + text + "' is not " + CountOverTime.FORM));
    }

    /** As the kernel writes it, number and word. */
    private static String word(ScenarioSection section, String key, Map<String, Integer> words, String otherwise) {
        String word = section.get(key).orElse(otherwise);
        Integer number = words.get(word);
        if (number == null) {
            throw section.wrong(
                    key,
                    "'" + word + "' is none of "
                            + String.join(", ", words.keySet().stream().sorted().toList()));
        }
        return String.format(Locale.ROOT, "%d: %s", number, word);
    }
}
