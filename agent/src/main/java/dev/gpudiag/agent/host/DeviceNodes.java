package dev.gpudiag.agent.host;

import dev.gpudiag.telemetry.DeviceNode;
import dev.gpudiag.telemetry.DeviceNode.Kind;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the nodes of NVIDIA's drivers under /dev without opening one, since opening one may initialise a GPU.
 *
 * <p>With the module loaded, nodes that should be there and are not are listed as absent. A device node of another
 * driver than its name says, by /proc/devices, is {@link Kind#SOMETHING_ELSE} with the numbers it has.
 */
final class DeviceNodes {

    private static final Pattern NODE =
            Pattern.compile("nvidia(\\d{1,5}|ctl|-uvm|-uvm-tools|-modeset|-nvswitch\\d{1,5}|-nvswitchctl|-nvlink)");
    private static final Pattern CAPABILITY = Pattern.compile("nvidia-cap\\d{1,5}");
    private static final Pattern DEVICES_LINE = Pattern.compile("\\s*(\\d{1,6})\\s+(\\S+)");
    private static final Pattern SIMULATED = Pattern.compile("c (\\d{1,6}) (\\d{1,6})");
    private static final int FRONTEND_MAJOR = 195;
    private static final int CONTROL_MINOR = 255;
    private static final int MODESET_MINOR = 254;
    private static final int FILE_TYPE = 0170000;
    private static final int CHARACTER_DEVICE = 0020000;

    private final HostRoot root;
    private final Map<String, Integer> majors;

    DeviceNodes(HostRoot root) {
        this.root = root;
        majors = majors(root.read("/proc/devices").value().orElse(""));
    }

    private static Map<String, Integer> majors(String devices) {
        Map<String, Integer> majors = new HashMap<>();
        devices.lines().takeWhile(line -> !line.startsWith("Block")).forEach(line -> {
            Matcher matcher = DEVICES_LINE.matcher(line);
            if (matcher.matches()) {
                majors.putIfAbsent(matcher.group(2), Integer.valueOf(matcher.group(1)));
            }
        });
        return majors;
    }

    /**
     * The nodes that are there or should be.
     *
     * @param gpus of the loaded module; no value where it is not loaded
     */
    Reading<List<DeviceNode>> read(boolean moduleLoaded, Reading<List<KernelGpu>> gpus) {
        TreeSet<String> paths = new TreeSet<>();
        try {
            root.names("/dev", name -> NODE.matcher(name).matches()).forEach(name -> paths.add("/dev/" + name));
            if (root.isDirectory("/dev/nvidia-caps")) {
                root.names("/dev/nvidia-caps", name -> CAPABILITY.matcher(name).matches())
                        .forEach(name -> paths.add("/dev/nvidia-caps/" + name));
            }
        } catch (NoSuchFileException e) {
            return Reading.missing(Reason.FAILED, "/dev", "there is no /dev");
        } catch (IOException e) {
            return HostRoot.missing("/dev", e);
        }
        if (moduleLoaded) {
            paths.add("/dev/nvidiactl");
            paths.add("/dev/nvidia-uvm");
            gpus.value().orElse(List.of()).stream()
                    .filter(gpu -> !gpu.excluded())
                    .forEach(gpu -> gpu.minor().ifPresent(minor -> paths.add("/dev/nvidia" + minor)));
        }
        return Reading.of(paths.stream().map(this::node).toList(), "/dev");
    }

    private DeviceNode node(String path) {
        try {
            Path file = root.locate(path);
            return root.isSimulated() ? simulated(path) : real(path, file);
        } catch (NoSuchFileException e) {
            return new DeviceNode(path, Kind.ABSENT, -1, -1, false);
        } catch (IOException | UnsupportedOperationException e) {
            return new DeviceNode(path, Kind.SOMETHING_ELSE, -1, -1, false);
        }
    }

    private DeviceNode real(String path, Path file) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(file, "unix:mode,rdev", LinkOption.NOFOLLOW_LINKS);
        boolean accessible = Files.isReadable(file) && Files.isWritable(file);
        if (((int) attributes.get("mode") & FILE_TYPE) != CHARACTER_DEVICE) {
            return new DeviceNode(path, Kind.SOMETHING_ELSE, -1, -1, accessible);
        }
        long device = (long) attributes.get("rdev");
        // as glibc's gnu_dev_major and gnu_dev_minor
        int major = (int) (((device >>> 8) & 0xfff) | ((device >>> 32) & ~0xfffL));
        int minor = (int) ((device & 0xff) | ((device >>> 12) & ~0xffL));
        return character(path, major, minor, accessible);
    }

    private DeviceNode simulated(String path) throws IOException {
        Matcher matcher = SIMULATED.matcher(root.text(path, 64));
        return matcher.matches()
                ? character(path, Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)), true)
                : new DeviceNode(path, Kind.SOMETHING_ELSE, -1, -1, true);
    }

    private DeviceNode character(String path, int major, int minor, boolean accessible) {
        Kind kind = isNumberedAs(path, major, minor) ? Kind.CHARACTER_DEVICE : Kind.SOMETHING_ELSE;
        return new DeviceNode(path, kind, major, minor, accessible);
    }

    private boolean isNumberedAs(String path, int major, int minor) {
        String name = path.substring("/dev/nvidia".length());
        if (name.equals("ctl")) {
            return major == FRONTEND_MAJOR && minor == CONTROL_MINOR;
        }
        if (name.equals("-modeset")) {
            return major == FRONTEND_MAJOR && minor == MODESET_MINOR;
        }
        if (Character.isDigit(name.charAt(0))) {
            return major == FRONTEND_MAJOR && minor == Integer.parseInt(name);
        }
        String driver = name.startsWith("-uvm") ? "nvidia-uvm" : name.startsWith("-caps") ? "nvidia-caps" : "";
        Integer registered = majors.get(driver);
        return registered == null || registered == major;
    }
}
