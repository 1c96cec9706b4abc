package dev.gpudiag.agent.replay;

import dev.gpudiag.telemetry.ClockEventReason;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Why clocks are held down: {@code clocks_event_reasons}, called {@code clocks_throttle_reasons} before R535. */
final class ClockReasonsSection {

    /** NVML's bit of a reason that the driver itself does not know (to R384). */
    private static final long UNKNOWN = 0x8000_0000_0000_0000L;

    private static final Map<String, Long> BITS = Map.of(
            "gpu_idle", ClockEventReason.GPU_IDLE.bit(),
            "applications_clocks_setting", ClockEventReason.APPLICATIONS_CLOCKS_SETTING.bit(),
            "sw_power_cap", ClockEventReason.SW_POWER_CAP.bit(),
            "hw_slowdown", ClockEventReason.HW_SLOWDOWN.bit(),
            "sync_boost", ClockEventReason.SYNC_BOOST.bit(),
            "sw_thermal_slowdown", ClockEventReason.SW_THERMAL_SLOWDOWN.bit(),
            "hw_thermal_slowdown", ClockEventReason.HW_THERMAL_SLOWDOWN.bit(),
            "hw_power_brake_slowdown", ClockEventReason.HW_POWER_BRAKE_SLOWDOWN.bit(),
            "display_clocks_setting", ClockEventReason.DISPLAY_CLOCK_SETTING.bit(),
            "unknown", UNKNOWN);

    private static final List<String> PREFIXES =
            List.of("clocks_event_reasons/clocks_event_reason_", "clocks_throttle_reasons/clocks_throttle_reason_");

    private ClockReasonsSection() {}

    static List<String> paths() {
        return Stream.concat(
                        PREFIXES.stream().map(ClockReasonsSection::parent),
                        PREFIXES.stream()
                                .flatMap(prefix -> BITS.keySet().stream().map(prefix::concat)))
                .toList();
    }

    static void read(Element gpu, Readings.Builder readings) {
        for (String prefix : PREFIXES) {
            Optional<Element> section = gpu.find(parent(prefix));
            if (section.isPresent()) {
                read(section.get(), prefix, readings);
                return;
            }
        }
        String detail = "no " + parent(PREFIXES.getFirst()) + " in this capture";
        readings.put(GpuQuantities.CLOCK_EVENT_REASONS, Reading.notRead(detail));
        readings.put(GpuQuantities.CLOCK_EVENT_REASONS_SUPPORTED, Reading.notRead(detail));
    }

    private static String parent(String prefix) {
        return prefix.substring(0, prefix.indexOf('/'));
    }

    private static void read(Element section, String prefix, Readings.Builder readings) {
        String source = parent(prefix);
        long active = 0;
        long supported = 0;
        Optional<Reading<Long>> missing = Optional.empty();
        for (Map.Entry<String, Long> bit : BITS.entrySet()) {
            String name = prefix.substring(source.length() + 1) + bit.getKey();
            Optional<Reading<Boolean>> reading =
                    section.find(name).map(element -> Conversion.flag().read(element.text(), source + "/" + name));
            if (reading.flatMap(Reading::value).isPresent()) {
                supported |= bit.getValue();
                active |= reading.flatMap(Reading::value).orElse(false) ? bit.getValue() : 0;
            } else if (reading.isPresent()
                    && (missing.isEmpty() || reading.get().failed())) {
                missing = reading.map(given -> given.map(ignored -> 0L));
            }
        }
        boolean trusted =
                supported != 0 && (active != 0 || !missing.map(Reading::failed).orElse(false));
        Reading<Long> absent = missing.orElseGet(() -> Conversion.count().read(section.text(), source));
        readings.put(GpuQuantities.CLOCK_EVENT_REASONS, trusted ? Reading.of(active, source) : absent);
        readings.put(GpuQuantities.CLOCK_EVENT_REASONS_SUPPORTED, trusted ? Reading.of(supported, source) : absent);
    }
}
