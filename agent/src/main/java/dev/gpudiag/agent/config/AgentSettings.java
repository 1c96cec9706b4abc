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

    public static final Setting<Optional<Path>> STATE_DIRECTORY =
            path("state-directory", Optional.of(Path.of("/var/lib/gpudiag")), "where the baseline is kept");

    private AgentSettings() {}

    public static List<Setting<?>> all() {
        return List.of(
                LISTEN_ADDRESS, SOCKET, SAMPLING_INTERVAL, SLOW_INTERVAL, NVML_LIBRARY, HOST_ROOT, STATE_DIRECTORY);
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
