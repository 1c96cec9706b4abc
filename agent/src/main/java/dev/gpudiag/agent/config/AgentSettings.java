package dev.gpudiag.agent.config;

import dev.gpudiag.checks.Setting;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The settings of the agent itself; those of the checks are declared beside each check. */
public final class AgentSettings {

    private static final Pattern ADDRESS = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9.-]*):(\\d{1,5})");

    public static final Setting<String> LISTEN_ADDRESS = new Setting<>(
            "web.listen-address",
            "127.0.0.1:9836",
            "",
            "HOST:PORT",
            "where serve answers; an empty host is every address",
            AgentSettings::address);

    public static final Setting<Optional<Path>> SOCKET = path(
            "web.socket",
            Optional.of(Path.of("/run/gpudiag/agent.sock")),
            "Unix socket for commands on this machine; none when set to nothing");

    public static final Setting<Duration> SAMPLING_INTERVAL = Setting.duration(
            "sampling.interval",
            Duration.ofSeconds(1),
            Duration.ofMillis(100),
            Duration.ofHours(1),
            "time between samples of what changes fast");

    public static final Setting<Duration> SLOW_INTERVAL = Setting.duration(
            "sampling.slow-interval",
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            Duration.ofHours(1),
            "time between samples of what changes slowly");

    public static final Setting<Optional<Path>> NVML_LIBRARY =
            path("nvml-library", Optional.empty(), "libnvidia-ml.so.1 to load; found by itself when not set");

    public static final Setting<Optional<Path>> HOST_ROOT =
            path("host-root", Optional.empty(), "where the host's / is mounted, for gpudiag in a container");

    public static final Setting<Optional<Path>> STATE_DIRECTORY = path(
            "state-directory",
            Optional.of(Path.of("/var/lib/gpudiag")),
            "where baseline, timeline and growth of memory are kept");

    public static final Setting<Duration> TIMELINE_KEEP = Setting.duration(
            "timeline.keep",
            Duration.ofDays(7),
            Duration.ofHours(1),
            Duration.ofDays(90),
            "how long events are kept; 16 MiB of them at most");

    public static final Setting<Boolean> METRICS_PROCESSES =
            Setting.flag("metrics.processes", false, "a series for each process on /metrics");

    public static final Setting<Boolean> METRICS_WORKLOADS = Setting.flag(
            "metrics.workloads", false, "a series for each pod, container, job, unit and user on /metrics");

    public static final Setting<Integer> METRICS_WORKLOAD_SERIES = number(
            "metrics.max-workload-series",
            500,
            10_000,
            "processes, and workloads, that /metrics shows at most; those that hold most are shown");

    public static final Setting<Integer> METRICS_SERIES =
            number("metrics.max-series", 20_000, 200_000, "series that /metrics shows at most, of any kind");

    public static final Setting<Boolean> METRICS_DCGM =
            Setting.flag("metrics.dcgm", false, "DCGM's names beside gpudiag's own on /metrics");

    public static final Setting<Boolean> METRICS_PROFILING = Setting.flag(
            "metrics.profiling",
            false,
            "figures of the performance monitor (GPM, Hopper on), which metrics.dcgm turns on too");

    /** What a running agent takes over; all else that is its own needs a restart. */
    private static final List<Setting<?>> TAKEN_OVER = List.of(
            SAMPLING_INTERVAL,
            METRICS_PROCESSES,
            METRICS_WORKLOADS,
            METRICS_WORKLOAD_SERIES,
            METRICS_SERIES,
            METRICS_DCGM,
            METRICS_PROFILING);

    private static final String ENDPOINTS = "fragmentation.endpoints";

    private AgentSettings() {}

    /** Whether a change of this setting waits until the agent is started again. */
    public static boolean needsRestart(Setting<?> setting) {
        return (all().contains(setting) && !TAKEN_OVER.contains(setting))
                || setting.key().equals(ENDPOINTS);
    }

    public static List<Setting<?>> all() {
        return List.of(
                LISTEN_ADDRESS,
                SOCKET,
                SAMPLING_INTERVAL,
                SLOW_INTERVAL,
                NVML_LIBRARY,
                HOST_ROOT,
                STATE_DIRECTORY,
                TIMELINE_KEEP,
                METRICS_PROCESSES,
                METRICS_WORKLOADS,
                METRICS_WORKLOAD_SERIES,
                METRICS_SERIES,
                METRICS_DCGM,
                METRICS_PROFILING);
    }

    private static Setting<Integer> number(String key, int defaultValue, int highest, String help) {
        return new Setting<>(key, defaultValue, "series", "1 to " + highest, help, text -> {
            if (!text.matches("\\d{1,9}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > highest) {
                throw new IllegalArgumentException("'" + text + "' is not a whole number from 1 to " + highest);
            }
            return Integer.parseInt(text);
        });
    }

    private static Setting<Optional<Path>> path(String key, Optional<Path> defaultValue, String help) {
        return new Setting<>(key, defaultValue, "", "absolute path", help, AgentSettings::absolute);
    }

    private static Optional<Path> absolute(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            Path path = Path.of(text);
            if (path.isAbsolute()) {
                return Optional.of(path.normalize());
            }
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("'" + text + "' is not a path: " + e.getReason(), e);
        }
        throw new IllegalArgumentException("'" + text + "' is not an absolute path");
    }

    private static String address(String text) {
        Matcher matcher = ADDRESS.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not HOST:PORT such as 127.0.0.1:9836");
        }
        if (Integer.parseInt(matcher.group(2)) > 65535) {
            throw new IllegalArgumentException(matcher.group(2) + " is not a port");
        }
        return text;
    }
}
