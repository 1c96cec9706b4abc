package dev.gpudiag.agent.simulation;

import dev.gpudiag.checks.Setting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code [kernel_log]}: {@code 30s = NVRM: ...} says what the kernel writes at that time of the scenario. */
final class KernelLogSection {

    private static final Pattern TIME = Pattern.compile("(-?)(\\d{1,9}(?:ms|s|m|h|d))(?:\\.\\d{1,3})?");
    private static final int LINES = 1000;

    private KernelLogSection() {}

    /** The lines in the order of their times; lines of one time are told apart as {@code 30s.1}, {@code 30s.2}. */
    static List<KernelLine> lines(ScenarioSection section) {
        List<KernelLine> lines = new ArrayList<>();
        for (String key : section.keys()) {
            Matcher time = TIME.matcher(key);
            if (!time.matches()) {
                throw section.wrong(key, "not a time such as 30s, or -2h for what was before the scenario begins");
            }
            Duration at = duration(section, key, time.group(2));
            lines.add(new KernelLine(
                    time.group(1).isEmpty() ? at : at.negated(),
                    section.get(key).orElseThrow()));
        }
        if (lines.size() > LINES) {
            throw section.wrong("[kernel_log]: more than " + LINES + " lines");
        }
        lines.sort(Comparator.comparing(KernelLine::at));
        return List.copyOf(lines);
    }

    private static Duration duration(ScenarioSection section, String key, String text) {
        try {
            return Setting.parseDuration(text);
        } catch (IllegalArgumentException e) {
            throw section.wrong(key, e.getMessage());
        }
    }
}
