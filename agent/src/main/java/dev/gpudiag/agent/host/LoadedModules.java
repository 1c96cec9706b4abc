package dev.gpudiag.agent.host;

import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Which kernel modules are loaded: nvidia with its version and flavour, and those that stand in its way. */
final class LoadedModules {

    static final String MODULES = "/proc/modules";
    static final String MODULE_DIRECTORY = "/sys/module/nvidia";
    static final String DRIVER_DIRECTORY = "/proc/driver/nvidia";
    private static final String DRIVER_VERSION = DRIVER_DIRECTORY + "/version";

    /**
     * A driver version: 535.129.03, 470.256.02, 367.48. The first line of /proc/driver/nvidia/version reads "NVRM version:
     * NVIDIA UNIX x86_64 Kernel Module  535.129.03  Thu ..." or "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64
     * 550.54.15  Release Build ...".
     */
    static final Pattern VERSION = Pattern.compile("\\b(\\d{2,4}\\.\\d{1,4}(?:\\.\\d{1,4})?)\\b");

    private static final List<String> NOUVEAU = List.of("nouveau", "nova_core", "nova_drm");

    private final HostRoot root;
    private final Reading<String> modules;

    LoadedModules(HostRoot root) {
        this.root = root;
        modules = root.read(MODULES);
    }

    Readings read() {
        Reading<Boolean> loaded = loaded();
        return Readings.builder()
                .put(HostQuantities.MODULE_LOADED, loaded)
                .put(HostQuantities.MODULE_VERSION, whereLoaded(loaded, version()))
                .put(HostQuantities.MODULE_FLAVOUR, whereLoaded(loaded, flavour()))
                .put(HostQuantities.NOUVEAU_LOADED, nouveauLoaded())
                .build();
    }

    private Reading<Boolean> loaded() {
        if (isListed("nvidia")) {
            return Reading.of(true, MODULES);
        }
        for (String trace : List.of(MODULE_DIRECTORY, DRIVER_DIRECTORY)) {
            if (root.exists(trace)) { // a container may hide /proc/modules and still show these
                return Reading.of(true, trace);
            }
        }
        return absence("nvidia");
    }

    private Reading<Boolean> nouveauLoaded() {
        for (String name : NOUVEAU) {
            if (isListed(name) || root.exists("/sys/module/" + name)) {
                return Reading.of(true, MODULES);
            }
        }
        return absence("nouveau");
    }

    /** False only where one of the two lists could be read: a sandbox that has neither knows nothing. */
    private Reading<Boolean> absence(String name) {
        if (modules.isPresent()) {
            return Reading.of(false, MODULES);
        }
        if (root.isDirectory("/sys/module")) {
            return Reading.of(false, "/sys/module");
        }
        return modules.failed()
                ? modules.map(text -> false)
                : Reading.missing(
                        Reason.FAILED,
                        MODULES,
                        "neither /proc/modules nor /sys/module can tell whether " + name + " is loaded");
    }

    private boolean isListed(String name) {
        return modules.value().stream().flatMap(String::lines).anyMatch(line -> line.startsWith(name + " "));
    }

    private Reading<String> version() {
        Reading<String> fromSys = root.readLine(MODULE_DIRECTORY + "/version");
        if (fromSys.value().filter(text -> VERSION.matcher(text).matches()).isPresent()) {
            return fromSys;
        }
        Reading<String> fromProc = versionFile();
        return fromProc.value()
                .flatMap(LoadedModules::firstVersion)
                .map(version -> Reading.of(version, DRIVER_VERSION))
                .orElseGet(() -> fromProc.isPresent() || fromSys.isPresent()
                        ? Reading.missing(Reason.FAILED, DRIVER_VERSION, "no version in " + DRIVER_VERSION)
                        : fromSys.failed() ? fromSys : fromProc);
    }

    private Reading<String> flavour() {
        return versionFile().map(text -> firstLine(text).contains("Open Kernel Module") ? "open" : "proprietary");
    }

    private Reading<String> versionFile() {
        return root.read(DRIVER_VERSION);
    }

    private static String firstLine(String text) {
        return Stream.concat(text.lines().filter(line -> line.startsWith("NVRM")), text.lines())
                .findFirst()
                .orElse("");
    }

    private static Optional<String> firstVersion(String text) {
        Matcher matcher = VERSION.matcher(firstLine(text));
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private static Reading<String> whereLoaded(Reading<Boolean> loaded, Reading<String> reading) {
        return loaded.value().orElse(true)
                ? reading
                : Reading.missing(Reason.NOT_SUPPORTED, loaded.source(), "the nvidia kernel module is not loaded");
    }
}
