package dev.gpudiag.agent.host.process;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whether the control group of a process still allows NVIDIA's devices (major 195), by {@code devices.list} of version 1.
 *
 * <p>Version 2 has these rules as a program in the kernel, which nobody can read. Minors are not looked at: a container may
 * know {@code /dev/nvidia3} as {@code /dev/nvidia0}.
 */
final class DeviceRules {

    private static final String CONTROLLER = "devices";
    private static final String MOUNT = "/sys/fs/cgroup/devices";
    private static final int CGROUP_LIMIT = 64 * 1024;
    private static final int LIMIT = 256 * 1024;

    /** A rule that lets open: {@code a *:* rwm}, {@code c 195:255 rw}; {@code c *:* m} lets create nodes alone. */
    private static final Pattern ALLOWS = Pattern.compile("(?:a|c) (?:195|\\*):(?:\\d{1,7}|\\*) rwm?");

    private DeviceRules() {}

    /** Whether any rule lets the process open a device of NVIDIA's. */
    static Reading<Boolean> access(HostRoot root, ProcessDirectory process) {
        Optional<String> group;
        try {
            group = group(process.text(Workloads.FILE, CGROUP_LIMIT));
        } catch (IOException e) {
            return process.missing(Workloads.FILE, e);
        }
        if (group.isEmpty()) {
            return Reading.missing(
                    Reason.NOT_SUPPORTED,
                    process.path(Workloads.FILE),
                    "control groups of version 2 do not tell which devices they allow");
        }
        return allowed(root, MOUNT + (group.get().equals("/") ? "" : group.get()) + "/devices.list");
    }

    private static Reading<Boolean> allowed(HostRoot root, String file) {
        if (file.contains("/../")) {
            return Reading.missing(Reason.NOT_SUPPORTED, file, "the group lies outside this control group namespace");
        }
        try {
            byte[] rules = root.bytes(file, LIMIT + 1);
            return rules.length > LIMIT
                    ? Reading.missing(Reason.FAILED, file, file + " is longer than " + LIMIT + " bytes")
                    : Reading.of(
                            new String(rules, StandardCharsets.UTF_8)
                                    .lines()
                                    .anyMatch(rule -> rule.length() < 64
                                            && ALLOWS.matcher(rule).matches()),
                            file);
        } catch (IOException e) {
            return HostRoot.missing(file, e);
        }
    }

    /** The path in {@code 5:devices:/docker/ID}. */
    private static Optional<String> group(String text) {
        return text.lines()
                .map(line -> line.split(":", 3))
                .filter(parts -> parts.length == 3
                        && parts[2].startsWith("/")
                        && Arrays.asList(parts[1].split(",")).contains(CONTROLLER))
                .map(parts -> parts[2])
                .findFirst();
    }
}
