package dev.gpudiag.agent.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The kernel log of a simulated host: records of this boot in {@code /dev/kmsg}, which grows as the scenario goes on, and
 * lines of the boots before in {@code /var/log/kern.log}. Not thread-safe.
 *
 * <p>A line {@code Linux version ...} before this boot begins another one.
 */
public final class SimulatedKernelLog {

    private static final String DEVICE = "dev/kmsg";
    private static final String FILE = "var/log/kern.log";

    private final Path root;
    private final Scenario scenario;
    private final Instant present;
    private final Duration presentTime;
    private int written;
    private long sequence = 1;

    /**
     * Lays out what was written until now.
     *
     * @param present instant of the scenario's present
     * @param presentTime scenario time of the present
     */
    public SimulatedKernelLog(Path root, Scenario scenario, Instant present, Duration presentTime) {
        this.root = root;
        this.scenario = scenario;
        this.present = present;
        this.presentTime = presentTime;
        try {
            SimulatedHost.write(
                    root,
                    DEVICE,
                    record(Duration.ZERO, "Linux version " + scenario.host().kernelRelease()));
            writeEarlierBoots();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot lay out the simulated kernel log: " + e.getMessage(), e);
        }
    }

    private void writeEarlierBoots() throws IOException {
        List<String> lines = new ArrayList<>();
        for (KernelLine line : scenario.kernelLog()) {
            Optional<Duration> sinceBoot = sinceBoot(line);
            if (sinceBoot.isEmpty()) {
                Instant at = present.minus(presentTime.minus(line.at())).truncatedTo(ChronoUnit.MILLIS);
                lines.add(at + " " + scenario.host().hostname() + " kernel: " + line.text());
                written++;
            }
        }
        if (!lines.isEmpty()) {
            SimulatedHost.write(root, FILE, String.join("\n", lines) + "\n");
        }
    }

    /** Time from this boot to the line; empty for a line of an earlier boot. */
    private Optional<Duration> sinceBoot(KernelLine line) {
        Duration since = scenario.host().uptime().minus(presentTime.minus(line.at()));
        return since.isNegative() ? Optional.empty() : Optional.of(since);
    }

    /** Writes the lines that have come by this time of the scenario. */
    public void advance(Duration scenarioTime) {
        StringBuilder records = new StringBuilder();
        List<KernelLine> lines = scenario.kernelLog();
        while (written < lines.size() && lines.get(written).at().compareTo(scenarioTime) <= 0) {
            KernelLine line = lines.get(written++);
            records.append(record(sinceBoot(line).orElse(Duration.ZERO), line.text()));
        }
        if (records.isEmpty()) {
            return;
        }
        try {
            Files.writeString(root.resolve(DEVICE), records, StandardCharsets.UTF_8, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the simulated kernel log: " + e.getMessage(), e);
        }
    }

    private String record(Duration sinceBoot, String text) {
        return "4," + sequence++ + "," + sinceBoot.toNanos() / 1000 + ",-;" + text + "\n";
    }
}
