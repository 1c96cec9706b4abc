package dev.gpudiag.agent.metrics;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;

/** How long each check took when it ran last. Thread-safe; as many entries as there are checks. */
public final class CheckDurations implements BiConsumer<String, Duration> {

    private final Map<String, Duration> last = new ConcurrentSkipListMap<>();

    @Override
    public void accept(String check, Duration took) {
        last.put(check, took);
    }

    void forEach(BiConsumer<String, Duration> action) {
        last.forEach(action);
    }
}
