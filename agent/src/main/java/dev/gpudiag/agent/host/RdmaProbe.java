package dev.gpudiag.agent.host;

import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.InfinibandPort;
import dev.gpudiag.telemetry.RdmaState;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the InfiniBand and RoCE ports of a host, and whether nvidia_peermem serves them.
 *
 * <p>These files ask the adapter's firmware, which may take its time: read them on a thread that may hang. Thread-safe.
 */
public final class RdmaProbe {

    private static final String DEVICES = "/sys/class/infiniband";
    private static final Pattern DEVICE = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final Pattern PORT = Pattern.compile("[1-9]\\d{0,2}");
    private static final Pattern STATE = Pattern.compile("\\d{1,2}: ([\\w<> -]{1,32})");
    private static final Pattern RATE = Pattern.compile("(\\d{1,5}(?:\\.\\d{1,3})?) Gb/sec\\b.*");
    private static final Pattern LAYER = Pattern.compile("[A-Za-z]{1,32}");
    private static final Pattern COUNT = Pattern.compile("\\d{1,18}");
    private static final int MOST_PORTS = 1024;

    /** The second was its name before it came with the driver. */
    private static final List<String> PEERMEM = List.of("nvidia_peermem", "nv_peer_mem");

    private static final String CORE = "ib_core";
    private static final int USERS_COLUMN = 3;

    private final HostRoot root;
    private final Map<String, String> environment;

    /** @param environment of this process, which tells of containers */
    public RdmaProbe(HostRoot root, Map<String, String> environment) {
        this.root = root;
        this.environment = Map.copyOf(environment);
    }

    public RdmaState read() {
        Reading<String> modules = root.read(LoadedModules.MODULES);
        return new RdmaState(ports(), loaded(modules), registered(modules));
    }

    private Reading<List<InfinibandPort>> ports() {
        List<InfinibandPort> ports = new ArrayList<>();
        try {
            if (!root.exists(DEVICES)) {
                return none();
            }
            for (String device :
                    root.names(DEVICES, name -> DEVICE.matcher(name).matches())) {
                String directory = DEVICES + "/" + device + "/ports";
                List<String> numbers = root.isDirectory(directory)
                        ? root.names(directory, name -> PORT.matcher(name).matches())
                        : List.of(); // gone since it was listed
                numbers.forEach(number -> ports.add(port(device, number, directory + "/" + number)));
                if (ports.size() > MOST_PORTS) {
                    return Reading.missing(Reason.FAILED, DEVICES, "more than " + MOST_PORTS + " ports in " + DEVICES);
                }
            }
        } catch (IOException e) {
            return HostRoot.missing(DEVICES, e);
        }
        return Reading.of(List.copyOf(ports), DEVICES);
    }

    /** A container may have a network of its own, without the host's adapters. */
    private Reading<List<InfinibandPort>> none() {
        boolean inContainer = new OperatingSystem(root, environment)
                .read()
                .value(HostQuantities.IN_CONTAINER)
                .orElse(false);
        return inContainer && root.isThisMachine()
                ? Reading.missing(
                        Reason.NOT_SUPPORTED, DEVICES, "this container has no " + DEVICES + "; the host may have ports")
                : Reading.of(List.of(), DEVICES);
    }

    private InfinibandPort port(String device, String number, String directory) {
        return new InfinibandPort(
                device,
                Integer.parseInt(number),
                matched(directory + "/state", STATE),
                matched(directory + "/phys_state", STATE),
                matched(directory + "/rate", RATE).map(Double::valueOf),
                matched(directory + "/link_layer", LAYER),
                matched(directory + "/counters/link_downed", COUNT).map(Long::valueOf));
    }

    /** The first group of the pattern, or all of it where it has none. */
    private Reading<String> matched(String path, Pattern form) {
        Reading<String> line = root.readLine(path);
        Matcher matcher = form.matcher(line.value().orElse(""));
        if (line.isPresent() && !matcher.matches()) {
            return Reading.missing(Reason.FAILED, path, "not understood: " + path);
        }
        return line.map(text -> matcher.group(Math.min(1, matcher.groupCount())));
    }

    private static Reading<Boolean> loaded(Reading<String> modules) {
        return modules.map(
                text -> PEERMEM.stream().anyMatch(name -> line(text, name).isPresent()));
    }

    private static Reading<Boolean> registered(Reading<String> modules) {
        Optional<List<String>> core = modules.value().flatMap(text -> line(text, CORE));
        if (modules.isPresent() && core.isEmpty()) {
            return Reading.missing(
                    Reason.NOT_SUPPORTED, LoadedModules.MODULES, CORE + " is not among the loaded modules");
        }
        return modules.map(text -> core.filter(columns -> columns.size() > USERS_COLUMN).stream()
                .flatMap(columns -> Arrays.stream(columns.get(USERS_COLUMN).split(",", -1)))
                .anyMatch(PEERMEM::contains));
    }

    /** The columns of a module's line: name, size, how many use it, who, state, address. */
    private static Optional<List<String>> line(String modules, String name) {
        return modules.lines()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> List.of(line.split(" ", -1)))
                .findFirst();
    }
}
