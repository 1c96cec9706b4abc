package dev.gpudiag.agent.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.config.Suggestions;
import dev.gpudiag.agent.http.ApiRequest;
import dev.gpudiag.agent.http.ProblemException;
import dev.gpudiag.checks.Report;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.MigDevice;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.SampleHistory;
import dev.gpudiag.telemetry.SampleHistory.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code /api/v1/history}: one metric of one GPU over a time, in a bounded number of points. */
final class HistoryDocument {

    static final Set<String> PARAMETERS = Set.of("metric", "gpu", "mig", "from", "to", "since", "points");

    private static final int MOST_POINTS = 2_000;
    private static final int POINTS = 500;
    private static final Duration SINCE = Duration.ofHours(1);
    private static final String PROCESSES = "process_count";
    private static final String UNACCOUNTED = "memory_unaccounted_bytes";
    private static final String USED = "memory_used_bytes";

    private final AgentView view;

    HistoryDocument(AgentView view) {
        this.view = view;
    }

    /** The names of what is remembered. */
    static List<String> metrics() {
        List<String> names = new ArrayList<>(
                SampleHistory.quantities().stream().map(Quantity::id).toList());
        names.addAll(List.of(PROCESSES, UNACCOUNTED));
        return names.stream().sorted().toList();
    }

    ObjectNode of(ApiRequest request) throws ProblemException {
        String metric = request.one("metric")
                .orElseThrow(() -> new ProblemException(400, "which metric? there are: " + metrics()));
        String name = request.one("gpu").orElseThrow(() -> new ProblemException(400, "which gpu?"));
        int most = points(request.one("points"));
        TimeRange range = TimeRange.of(request, view.now(), SINCE);
        Report report = Api.report(view);
        GpuSample gpu = GpuDocuments.find(report.sample(), name);
        Optional<MigDevice> mig = mig(request.one("mig"), gpu);
        List<Sample> samples = samples(metric, gpu, mig, range.from()).stream()
                .filter(sample -> !sample.at().isAfter(range.to()))
                .toList();
        ObjectNode root = Api.begun();
        root.put("metric", metric);
        root.put("gpu", gpu.identity().index());
        gpu.identity().uuid().ifPresent(uuid -> root.put("uuid", uuid));
        mig.ifPresent(device -> root.put("mig", device.index()));
        root.put("from", range.from().toString());
        root.put("to", range.to().toString());
        Buckets.write(samples, most, root);
        return root;
    }

    private List<Sample> samples(String metric, GpuSample gpu, Optional<MigDevice> mig, Instant from)
            throws ProblemException {
        SampleHistory history = view.history();
        if (mig.isPresent()) {
            if (!metric.equals(USED)) {
                throw new ProblemException(400, "of a MIG device only " + USED + " is remembered");
            }
            return history.usedMemory(gpu.identity(), mig.get(), from);
        }
        if (metric.equals(PROCESSES)) {
            return history.processCounts(gpu.identity(), from);
        }
        if (metric.equals(UNACCOUNTED)) {
            return history.unaccountedMemory(gpu.identity(), from);
        }
        for (Quantity<? extends Number> quantity : SampleHistory.quantities()) {
            if (quantity.id().equals(metric)) {
                return history.series(gpu.identity(), quantity, from);
            }
        }
        throw new ProblemException(
                400,
                "'" + metric + "' is not remembered" + Suggestions.hint(metric, metrics()) + "; there are: "
                        + metrics());
    }

    private static Optional<MigDevice> mig(Optional<String> index, GpuSample gpu) throws ProblemException {
        if (index.isEmpty()) {
            return Optional.empty();
        }
        List<MigDevice> devices = gpu.migDevices().value().orElse(List.of());
        return Optional.of(devices.stream()
                .filter(device -> String.valueOf(device.index()).equals(index.get()))
                .findFirst()
                .orElseThrow(() -> new ProblemException(404, "no MIG device '" + index.get() + "' on that GPU")));
    }

    private static int points(Optional<String> text) throws ProblemException {
        if (text.isEmpty()) {
            return POINTS;
        }
        if (!text.get().matches("[1-9][0-9]{0,3}") || Integer.parseInt(text.get()) > MOST_POINTS) {
            throw new ProblemException(400, "points is 1 to " + MOST_POINTS + ", not '" + text.get() + "'");
        }
        return Integer.parseInt(text.get());
    }

    /** At most so many points; where there are more samples, each stands for as many of them. */
    private static final class Buckets {
        static void write(List<Sample> samples, int most, ObjectNode root) {
            int each = Math.max(1, (samples.size() + most - 1) / most);
            root.put("samples_per_point", each);
            ArrayNode points = root.putArray("points");
            for (int from = 0; from < samples.size(); from += each) {
                List<Sample> bucket = samples.subList(from, Math.min(samples.size(), from + each));
                ObjectNode point =
                        points.addObject().put("at", bucket.getLast().at().toString());
                if (each == 1) {
                    point.put("value", bucket.getFirst().value());
                    continue;
                }
                point.put(
                        "value",
                        bucket.stream().mapToDouble(Sample::value).average().orElseThrow());
                point.put(
                        "min", bucket.stream().mapToDouble(Sample::value).min().orElseThrow());
                point.put(
                        "max", bucket.stream().mapToDouble(Sample::value).max().orElseThrow());
            }
        }
    }
}
