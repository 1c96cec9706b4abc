package dev.gpudiag.checks.catalog;

import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.telemetry.DeviceNode;
import dev.gpudiag.telemetry.DeviceNode.Kind;
import dev.gpudiag.telemetry.Reading;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is wrong with the device nodes under /dev.
 *
 * <p>Major 195 is NVIDIA's: minor N is GPU N, 254 modeset, 255 control (nvidia's kernel interface). nvidia-uvm has a
 * major of its own from /proc/devices, and comes with the first program that uses CUDA.
 */
final class DeviceNodes {

    private static final int MAJOR = 195;
    private static final int MODESET_MINOR = 254;
    private static final int CONTROL_MINOR = 255;
    private static final Pattern GPU = Pattern.compile(".*/nvidia(\\d{1,3})");

    private DeviceNodes() {}

    /** Findings about nodes while NVML works: one that is wrong stops CUDA for some, one that is absent may come yet. */
    static List<Finding> ofWorkingDriver(Reading<List<DeviceNode>> nodes) {
        return nodes.value().orElse(List.of()).stream()
                .flatMap(node -> workingDriver(node).stream())
                .toList();
    }

    private static Optional<Finding> workingDriver(DeviceNode node) {
        if (node.kind() == Kind.ABSENT) {
            return isUvm(node) ? Optional.of(uvmAbsent(node)) : Optional.empty();
        }
        return wrong(node)
                .map(problem -> Finding.builder(Status.WARNING, Subject.node(), problem)
                        .rule("drv.dev_nodes")
                        .why("A program that opens it does not reach the driver.")
                        .action("remove it and make it anew: rm " + node.path() + "; nvidia-modprobe -c0 -u")
                        .proof(node.path(), describe(node))
                        .build());
    }

    private static Finding uvmAbsent(DeviceNode node) {
        return Finding.builder(Status.INFO, Subject.node(), node.path() + " is not there yet")
                .rule("drv.dev_nodes")
                .why("It comes when a first program uses CUDA; in a container it must be given by the runtime.")
                .action("if CUDA fails with \"initialization error\": nvidia-modprobe -u -c0")
                .proof(node.path(), describe(node))
                .build();
    }

    /** The nodes without which NVML cannot start: that cannot be opened, or lead elsewhere. */
    static List<DeviceNode> obstacles(Reading<List<DeviceNode>> nodes) {
        return needed(nodes, node -> node.kind() == Kind.ABSENT || wrong(node).isPresent());
    }

    /** The nodes that are right, but not for this process. */
    static List<DeviceNode> forbidden(Reading<List<DeviceNode>> nodes) {
        return needed(
                nodes,
                node -> node.kind() == Kind.CHARACTER_DEVICE
                        && !node.accessible()
                        && wrong(node).isEmpty());
    }

    private static List<DeviceNode> needed(Reading<List<DeviceNode>> nodes, Predicate<DeviceNode> filter) {
        return nodes.value().orElse(List.of()).stream()
                .filter(node -> isControl(node) || GPU.matcher(node.path()).matches())
                .filter(filter)
                .toList();
    }

    /** What is wrong with a node that is there; empty when nothing is, or when it is absent. */
    static Optional<String> wrong(DeviceNode node) {
        if (node.kind() == Kind.ABSENT) {
            return Optional.empty();
        }
        if (node.kind() == Kind.SOMETHING_ELSE) {
            return Optional.of(
                    node.major() < 0
                            ? node.path() + " is not a device node"
                            : node.path() + " leads to " + node.major() + ":" + node.minor() + ", not to the driver");
        }
        OptionalInt minor = minor(node);
        boolean right = minor.isEmpty() || (node.major() == MAJOR && node.minor() == minor.getAsInt());
        return right
                ? Optional.empty()
                : Optional.of(node.path() + " is " + node.major() + ":" + node.minor() + ", not " + MAJOR + ":"
                        + minor.getAsInt());
    }

    /** How many GPUs have a node here that leads to a driver. */
    static long gpuNodes(Reading<List<DeviceNode>> nodes) {
        return nodes.value().orElse(List.of()).stream()
                .filter(node -> node.kind() == Kind.CHARACTER_DEVICE)
                .filter(node -> GPU.matcher(node.path()).matches())
                .count();
    }

    static String describe(DeviceNode node) {
        return switch (node.kind()) {
            case ABSENT -> "absent";
            case SOMETHING_ELSE ->
                node.major() < 0 ? "not a character device" : "device " + node.major() + ":" + node.minor();
            case CHARACTER_DEVICE ->
                "character device " + node.major() + ":" + node.minor() + (node.accessible() ? "" : ", no access");
        };
    }

    private static OptionalInt minor(DeviceNode node) {
        Matcher gpu = GPU.matcher(node.path());
        if (gpu.matches()) {
            return OptionalInt.of(Integer.parseInt(gpu.group(1)));
        }
        if (isControl(node)) {
            return OptionalInt.of(CONTROL_MINOR);
        }
        return node.path().endsWith("/nvidia-modeset") ? OptionalInt.of(MODESET_MINOR) : OptionalInt.empty();
    }

    private static boolean isControl(DeviceNode node) {
        return node.path().endsWith("/nvidiactl");
    }

    private static boolean isUvm(DeviceNode node) {
        return node.path().endsWith("/nvidia-uvm");
    }
}
