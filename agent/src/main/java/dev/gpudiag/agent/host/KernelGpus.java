package dev.gpudiag.agent.host;

import dev.gpudiag.telemetry.Reading;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Reads /proc/driver/nvidia/gpus/ADDRESS/information. */
final class KernelGpus {

    static final String DIRECTORY = "/proc/driver/nvidia/gpus";
    private static final Pattern NUMBER = Pattern.compile("\\d{1,5}");

    private KernelGpus() {}

    /** The GPUs of the loaded module; not supported where it is not loaded. */
    static Reading<List<KernelGpu>> read(HostRoot root) {
        List<KernelGpu> gpus = new ArrayList<>();
        try {
            for (String name :
                    root.names(DIRECTORY, name -> PciBus.ADDRESS.matcher(name).matches())) {
                root.read(DIRECTORY + "/" + name + "/information")
                        .value()
                        .ifPresent(text -> gpus.add(parse(name, text)));
            }
        } catch (IOException e) {
            return HostRoot.missing(DIRECTORY, e);
        }
        return Reading.of(List.copyOf(gpus), DIRECTORY);
    }

    private static KernelGpu parse(String address, String text) {
        Map<String, String> fields = new HashMap<>();
        text.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(
                        line.substring(0, colon).strip(),
                        line.substring(colon + 1).strip());
            }
        });
        String minor = fields.getOrDefault("Device Minor", "");
        return new KernelGpu(
                fields.getOrDefault("Bus Location", address).toLowerCase(Locale.ROOT),
                NUMBER.matcher(minor).matches() ? OptionalInt.of(Integer.parseInt(minor)) : OptionalInt.empty(),
                known(fields, "Model"),
                known(fields, "GPU UUID"),
                known(fields, "Video BIOS"),
                fields.getOrDefault("GPU Excluded", "No").equalsIgnoreCase("yes"));
    }

    /** A GPU that was never opened shows question marks for what only its firmware knows. */
    private static Optional<String> known(Map<String, String> fields, String name) {
        return Optional.ofNullable(fields.get(name)).filter(value -> !value.isEmpty() && !value.contains("??"));
    }
}
