package dev.gpudiag.agent.host;

import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The nvidia module that a kernel would load, found without running modinfo.
 *
 * <p>The file is found in {@code modules.dep} or in the directories that packages use; its version is read from the file
 * where it is not compressed, else from the tree of DKMS that built it.
 */
final class ModuleOnDisk {

    private static final String MODULES = "/lib/modules";
    private static final String DKMS = "/var/lib/dkms";
    private static final int INDEX_LIMIT = 4 * 1024 * 1024;
    private static final int KERNEL_LIMIT = 16;

    private static final Pattern MODULE_PATH =
            Pattern.compile("[\\w./+-]*\\bnvidia(-current|-tesla-\\d+|-\\d+)?\\.ko(\\.(xz|zst|gz))?");
    private static final Pattern DKMS_NAME = Pattern.compile("nvidia[\\w.-]*");
    private static final List<String> DIRECTORIES = List.of(
            "updates/dkms",
            "updates",
            "extra",
            "extra/nvidia",
            "kernel/drivers/video",
            "kernel/drivers/video/nvidia",
            "kernel/nvidia");
    private static final List<String> SUFFIXES = List.of("", ".zst", ".xz", ".gz");

    private final HostRoot root;

    ModuleOnDisk(HostRoot root) {
        this.root = root;
    }

    /** Version of the module that {@code kernel} would load; not supported where there is none. */
    Reading<String> version(String kernel) {
        Optional<String> file = file(kernel);
        if (file.isPresent()) {
            return versionOf(file.get())
                    .or(() -> dkmsVersion(kernel))
                    .orElseGet(() -> Reading.missing(
                            Reason.NOT_SUPPORTED, file.get(), "the version of " + file.get() + " cannot be read"));
        }
        return dkmsVersion(kernel)
                .orElseGet(() -> Reading.missing(
                        Reason.NOT_SUPPORTED,
                        MODULES + "/" + kernel,
                        "no nvidia module for kernel " + kernel + " in " + MODULES));
    }

    /** Some file or directory of a driver package's kernel side, for whatever kernel. */
    Optional<String> anyTrace() {
        try {
            for (String name : root.names(DKMS, name -> DKMS_NAME.matcher(name).matches())) {
                if (!root.names(
                                DKMS + "/" + name,
                                version ->
                                        LoadedModules.VERSION.matcher(version).matches())
                        .isEmpty()) {
                    return Optional.of(DKMS + "/" + name);
                }
            }
        } catch (IOException e) {
            // no DKMS here
        }
        try {
            return root.names(MODULES, name -> true).stream()
                    .limit(KERNEL_LIMIT)
                    .flatMap(kernel -> file(kernel).stream())
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private Optional<String> file(String kernel) {
        String directory = MODULES + "/" + kernel;
        Optional<String> indexed = indexed(directory)
                .map(path -> path.startsWith("/") ? path : directory + "/" + path)
                .filter(root::exists);
        return indexed.or(() -> DIRECTORIES.stream()
                .flatMap(place -> SUFFIXES.stream().map(suffix -> directory + "/" + place + "/nvidia.ko" + suffix))
                .filter(root::isFile)
                .findFirst());
    }

    /** The path that depmod wrote down for the module. */
    private Optional<String> indexed(String directory) {
        try {
            String index = new String(root.bytes(directory + "/modules.dep", INDEX_LIMIT), StandardCharsets.UTF_8);
            return index.lines()
                    .map(line -> line.substring(0, Math.max(0, line.indexOf(':'))))
                    .filter(path -> MODULE_PATH.matcher(path).matches())
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private Optional<Reading<String>> versionOf(String file) {
        if (!file.endsWith(".ko")) {
            return Optional.empty();
        }
        try {
            return ElfModuleInfo.value(root.regularFile(file), "version")
                    .filter(version -> LoadedModules.VERSION.matcher(version).matches())
                    .map(version -> Reading.of(version, file));
        } catch (FileSystemException e) {
            return Optional.of(HostRoot.missing(file, e));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** DKMS keeps DIRECTORY/VERSION/KERNEL for each module it built. */
    private Optional<Reading<String>> dkmsVersion(String kernel) {
        try {
            for (String name : root.names(DKMS, name -> DKMS_NAME.matcher(name).matches())) {
                List<String> versions = root.names(DKMS + "/" + name, version -> isBuilt(name, version, kernel));
                if (!versions.isEmpty()) {
                    String path = DKMS + "/" + name + "/" + versions.getLast() + "/" + kernel;
                    return Optional.of(Reading.of(versions.getLast(), path));
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private boolean isBuilt(String name, String version, String kernel) {
        return LoadedModules.VERSION.matcher(version).matches()
                && root.isDirectory(DKMS + "/" + name + "/" + version + "/" + kernel);
    }
}
