package dev.gpudiag.agent.simulation;

import dev.gpudiag.checks.Baseline;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuQuantities;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One GPU of a scenario.
 *
 * @param index NVML index
 * @param keys all its keys, defaults applied and index templates replaced
 */
public record SimulatedGpu(int index, Map<String, String> keys) {

    private static final Pattern ADDRESS =
            Pattern.compile("(?:[0-9a-f]{4})?([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7])");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,4}");
    private static final Pattern TEMPLATE = Pattern.compile("%(0\\d)?[dx]");

    public SimulatedGpu {
        keys = Map.copyOf(keys);
    }

    /** The value with {@code %d}, {@code %02d} and {@code %02x} replaced by the index. */
    static String expand(String value, int index) {
        return TEMPLATE.matcher(value)
                .replaceAll(match -> Matcher.quoteReplacement(String.format(Locale.ROOT, match.group(), index)));
    }

    public Optional<String> get(String key) {
        return Optional.ofNullable(keys.get(key));
    }

    public String name() {
        return get("name").orElse("NVIDIA Simulated GPU");
    }

    public Optional<String> uuid() {
        return get("uuid");
    }

    /** N of /dev/nvidiaN; the index where the scenario does not say. */
    public int minor() {
        return get("minor")
                .filter(text -> NUMBER.matcher(text).matches())
                .map(Integer::valueOf)
                .orElse(index);
    }

    /** What a baseline keeps of it that names the board. */
    Baseline.Gpu remembered() {
        Map<String, String> facts = new HashMap<>();
        get("serial").ifPresent(text -> facts.put(GpuQuantities.SERIAL.id(), text));
        get("board_part_number").ifPresent(text -> facts.put(GpuQuantities.BOARD_PART_NUMBER.id(), text));
        get("vbios").ifPresent(text -> facts.put(GpuQuantities.VBIOS_VERSION.id(), text));
        return new Baseline.Gpu(new GpuIdentity(index, uuid(), Optional.of(pciAddress()), get("name")), facts);
    }

    /** In sysfs form, as the simulated driver makes it up where the scenario does not say. */
    public String pciAddress() {
        return get("pci_bus_id")
                .flatMap(SimulatedGpu::address)
                .orElseGet(() -> String.format(Locale.ROOT, "0000:%02x:00.0", index + 1));
    }

    /** {@code text} in sysfs form; empty for something else. */
    static Optional<String> address(String text) {
        Matcher matcher = ADDRESS.matcher(text.toLowerCase(Locale.ROOT));
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** Whether it is lost from the start. */
    public boolean isLost() {
        return get("lost").filter("yes"::equals).isPresent();
    }
}
