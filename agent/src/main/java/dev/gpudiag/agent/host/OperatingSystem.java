package dev.gpudiag.agent.host;

import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads what names a node and its boot, and whether gpudiag is in a container. */
final class OperatingSystem {

    private static final String KERNEL = "/proc/sys/kernel/";
    private static final Pattern SECONDS = Pattern.compile("\\d{1,12}(\\.\\d{1,6})?");
    private static final List<String> CONTAINER_FILES = List.of("/.dockerenv", "/run/.containerenv");
    private static final Pattern CONTAINER_GROUP = Pattern.compile("docker|kubepods|containerd|libpod|/lxc");

    private static final Path OWN_NAMESPACE = Path.of("/proc/self/ns/pid");

    /** PROC_PID_INIT_INO of the kernel: the namespace that every other one is in. */
    private static final String FIRST_NAMESPACE = "pid:[4026531836]";

    private final HostRoot root;
    private final Map<String, String> environment;

    OperatingSystem(HostRoot root, Map<String, String> environment) {
        this.root = root;
        this.environment = environment;
    }

    Readings read() {
        return Readings.builder()
                .put(HostQuantities.HOSTNAME, hostname())
                .put(HostQuantities.KERNEL_RELEASE, root.readLine(KERNEL + "osrelease"))
                .put(HostQuantities.BOOT_ID, root.readLine(KERNEL + "random/boot_id"))
                .put(HostQuantities.UPTIME, uptime())
                .put(HostQuantities.OPERATING_SYSTEM, name())
                .put(HostQuantities.IN_CONTAINER, inContainer())
                .put(HostQuantities.HOST_PROCESSES_VISIBLE, seesHostProcesses())
                .build();
    }

    /** The kernel names the reader's own container, not the host whose /proc is mounted; /etc/hostname names the host. */
    private Reading<String> hostname() {
        Reading<String> file = root.isThisMachine() ? Reading.notRead("") : root.readLine("/etc/hostname");
        return file.isPresent() ? file : root.readLine(KERNEL + "hostname");
    }

    private Reading<Double> uptime() {
        Reading<String> text = root.readLine("/proc/uptime");
        String seconds = text.value().map(line -> line.split(" ", -1)[0]).orElse("0");
        return SECONDS.matcher(seconds).matches()
                ? text.map(line -> Double.valueOf(seconds))
                : Reading.missing(Reason.FAILED, text.source(), "no number of seconds in /proc/uptime");
    }

    private Reading<String> name() {
        Reading<String> file = root.read("/etc/os-release");
        Reading<String> release = file.isPresent() ? file : root.read("/usr/lib/os-release");
        Map<String, String> fields = new HashMap<>();
        release.value().stream().flatMap(String::lines).forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0) {
                fields.put(line.substring(0, equals).strip(), unquoted(line.substring(equals + 1)));
            }
        });
        String name = fields.getOrDefault(
                "PRETTY_NAME", (fields.getOrDefault("NAME", "") + " " + fields.getOrDefault("VERSION", "")).strip());
        return release.isPresent() && (name.isEmpty() || name.length() > 256)
                ? Reading.missing(Reason.FAILED, release.source(), "no name in " + release.source())
                : release.map(text -> name);
    }

    private static String unquoted(String text) {
        String value = text.strip();
        boolean quoted = value.length() >= 2
                && value.charAt(0) == value.charAt(value.length() - 1)
                && (value.startsWith("\"") || value.startsWith("'"));
        return quoted ? value.substring(1, value.length() - 1) : value;
    }

    /** NVML tells of processes in the caller's own pid namespace only, wherever the host's files are mounted. */
    private Reading<Boolean> seesHostProcesses() {
        if (root.isSimulated()) {
            return Reading.of(true, "simulated host");
        }
        try {
            return Reading.of(
                    Files.readSymbolicLink(OWN_NAMESPACE).toString().equals(FIRST_NAMESPACE), OWN_NAMESPACE.toString());
        } catch (IOException e) {
            return Reading.missing(Reason.FAILED, OWN_NAMESPACE.toString(), String.valueOf(e.getMessage()));
        }
    }

    private Reading<Boolean> inContainer() {
        if (!root.isSimulated()) {
            for (String variable : List.of("KUBERNETES_SERVICE_HOST", "container")) {
                if (environment.containsKey(variable)) {
                    return Reading.of(true, "$" + variable);
                }
            }
        }
        for (String file : CONTAINER_FILES) {
            if (root.exists(file)) {
                return Reading.of(true, file);
            }
        }
        Reading<String> group = root.read("/proc/1/cgroup");
        return Reading.of(
                group.value()
                        .filter(text -> CONTAINER_GROUP.matcher(text).find())
                        .isPresent(),
                "/proc/1/cgroup");
    }
}
