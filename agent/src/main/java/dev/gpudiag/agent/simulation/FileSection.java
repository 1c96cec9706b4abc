package dev.gpudiag.agent.simulation;

import dev.gpudiag.checks.Setting;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads {@code [file /PATH]}: {@code 0s = TEXT} is what the host's file holds from that time on, {@code none} that it is gone. */
final class FileSection {

    private static final Pattern TIME = Pattern.compile("\\d{1,9}(?:ms|s|m|h|d)");
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9_.:+,@-]{1,128}){1,24}");
    private static final Pattern ABOVE = Pattern.compile(".*/\\.\\.?(/.*)?");
    private static final String GONE = "none";

    private FileSection() {}

    static HostFile read(ScenarioSection section) {
        String path = section.argument();
        if (!PATH.matcher(path).matches() || ABOVE.matcher(path).matches()) {
            throw section.wrong("[file " + path + "]: not an absolute path such as /etc/cdi/nvidia.yaml");
        }
        TreeMap<Duration, String> contents = new TreeMap<>();
        for (String key : section.keys()) {
            contents.put(time(section, key), section.get(key).orElseThrow());
        }
        return new HostFile(
                path,
                at -> Optional.ofNullable(contents.floorEntry(at))
                        .map(Map.Entry::getValue)
                        .filter(text -> !text.equals(GONE))
                        .map(text -> text.replace("\\n", "\n").replace("\\t", "\t") + "\n"));
    }

    private static Duration time(ScenarioSection section, String key) {
        if (!TIME.matcher(key).matches()) {
            throw section.wrong(key, "not a time such as 0s or 10m");
        }
        try {
            return Setting.parseDuration(key);
        } catch (IllegalArgumentException e) {
            throw section.wrong(key, e.getMessage());
        }
    }
}
