package dev.gpudiag.checks.baseline;

import dev.gpudiag.checks.Baseline;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.checks.baseline.FactChange.Around;
import dev.gpudiag.telemetry.GpuIdentity;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Reading;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** One walk through a baseline and a sample; used once. */
final class ComparisonWalk {

    private final Baseline baseline;
    private final NodeSample sample;
    private final List<Change> changes = new ArrayList<>();
    private final List<String> notCompared = new ArrayList<>();
    private int compared;
    private int found;

    ComparisonWalk(Baseline baseline, NodeSample sample) {
        this.baseline = baseline;
        this.sample = sample;
    }

    Comparison compare() {
        Map<String, Reading<String>> node = BaselineFacts.node(sample);
        boolean driverChanged = differs(baseline.node(), node, HostQuantities.DRIVER_VERSION.id());
        facts(Subject.node(), baseline.node(), node, new Around(driverChanged, false, false));
        boolean listed = sample.driver().usable() || !sample.gpus().isEmpty();
        if (!listed && !baseline.members().isEmpty()) {
            silent(Subject.node(), "the driver does not work, and its GPUs cannot be compared");
        }
        for (Baseline.Gpu before : baseline.members()) {
            Optional<GpuSample> now = find(before.identity());
            if (now.isPresent()) {
                found++;
                gpu(before, now.get(), driverChanged);
            } else if (listed) {
                gone(before.identity());
            }
        }
        if (!baseline.members().isEmpty()) {
            sample.gpus().stream().filter(this::isNew).forEach(this::added);
        }
        changes.sort(Comparator.comparing(Change::severity).reversed());
        return new Comparison(changes, found, compared, notCompared);
    }

    private void gpu(Baseline.Gpu before, GpuSample now, boolean driverChanged) {
        Subject subject = Subject.gpu(now.identity());
        if (!now.condition().isAnswering()) {
            silent(subject, "cannot be compared: " + now.condition().detail());
            return;
        }
        compared++;
        moved(before.identity(), now.identity());
        Map<String, Reading<String>> facts = BaselineFacts.gpu(now);
        Around around = new Around(
                driverChanged,
                differs(before.facts(), facts, GpuQuantities.ECC_MODE.id())
                        || differs(before.facts(), facts, GpuQuantities.MIG_MODE.id()),
                now.value(GpuQuantities.MIG_MODE).orElse(false));
        facts(subject, before.facts(), facts, around);
    }

    private void silent(Subject subject, String text) {
        changes.add(
                new Change(subject, Change.ANSWER, Optional.of("answering"), Optional.empty(), Status.UNKNOWN, text));
    }

    private static boolean differs(Map<String, String> before, Map<String, Reading<String>> now, String fact) {
        Reading<String> reading = now.getOrDefault(fact, BaselineFacts.notRead(""));
        return before.containsKey(fact)
                && reading.value()
                        .filter(value -> !value.equals(before.get(fact)))
                        .isPresent();
    }

    private void facts(Subject subject, Map<String, String> before, Map<String, Reading<String>> now, Around around) {
        new TreeMap<>(before).forEach((fact, was) -> {
            Reading<String> is = now.getOrDefault(fact, BaselineFacts.notRead("not here"));
            if (is.isPresent()) {
                compared++;
                String which = fact.equals(BaselineFacts.LINKS_UP) ? links(before, now, around) : "";
                changed(new Change(
                        subject,
                        fact,
                        Optional.of(was),
                        is.value(),
                        new FactChange(fact, was, is.value().orElseThrow(), around).severity(),
                        words(fact) + " was " + was + " and is " + is.value().orElseThrow() + which));
            } else if (is.failed()) {
                changes.add(new Change(
                        subject,
                        fact,
                        Optional.of(was),
                        Optional.empty(),
                        Status.UNKNOWN,
                        words(fact) + " was " + was + " and cannot be read now: " + is.describe()));
            } else if (!fact.startsWith(BaselineFacts.LINK)) { // a link that is gone is counted by nvlinks_up
                notCompared.add(subject.describe() + ": " + words(fact) + ": " + is.describe());
            }
        });
    }

    private void changed(Change change) {
        if (change.severity() != Status.OK) {
            changes.add(change);
        }
    }

    /** Which links of the baseline are not up now. */
    private static String links(Map<String, String> before, Map<String, Reading<String>> now, Around around) {
        String gone = before.keySet().stream()
                .filter(fact -> fact.startsWith(BaselineFacts.LINK) && !now.containsKey(fact))
                .map(fact -> fact.substring(BaselineFacts.LINK.length()))
                .sorted(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()))
                .collect(Collectors.joining(", "));
        if (around.mig()) {
            return " (MIG switches NVLink off)";
        }
        return gone.isEmpty() ? "" : " (down: " + gone + ")";
    }

    private void moved(GpuIdentity before, GpuIdentity now) {
        Optional<String> was = before.pciBusId().map(ComparisonWalk::normal);
        Optional<String> is = now.pciBusId().map(ComparisonWalk::normal);
        if (was.isPresent() && is.isPresent() && !was.equals(is)) {
            changes.add(new Change(
                    Subject.gpu(now),
                    "pci_bus_id",
                    was,
                    is,
                    Status.INFO,
                    "was at " + was.get() + " and is at " + is.get()));
        }
    }

    private void gone(GpuIdentity before) {
        Optional<GpuSample> other = sample.gpus().stream()
                .filter(gpu -> sameAddress(before, gpu.identity()))
                .findFirst();
        changes.add(new Change(
                Subject.node(),
                Change.GPU,
                Optional.of(place(before)),
                other.map(gpu -> place(gpu.identity())),
                other.isPresent() ? Status.WARNING : Status.CRITICAL,
                place(before) + (other.isPresent() ? " was replaced by another GPU" : " is gone")));
    }

    private boolean isNew(GpuSample gpu) {
        return baseline.members().stream()
                .noneMatch(before ->
                        same(before.identity(), gpu.identity()) || sameAddress(before.identity(), gpu.identity()));
    }

    private void added(GpuSample gpu) {
        changes.add(new Change(
                Subject.gpu(gpu.identity()),
                Change.GPU,
                Optional.empty(),
                Optional.of(place(gpu.identity())),
                Status.INFO,
                "new since the baseline: " + place(gpu.identity())));
    }

    private Optional<GpuSample> find(GpuIdentity before) {
        return sample.gpus().stream()
                .filter(gpu -> same(before, gpu.identity()))
                .findFirst();
    }

    /** By UUID; by address where one of both has none, as a GPU that is lost. */
    private static boolean same(GpuIdentity one, GpuIdentity other) {
        return (one.uuid().isPresent() && other.uuid().isPresent())
                ? one.uuid().equals(other.uuid())
                : sameAddress(one, other);
    }

    private static boolean sameAddress(GpuIdentity one, GpuIdentity other) {
        return one.pciBusId().isPresent()
                && one.pciBusId()
                        .map(ComparisonWalk::normal)
                        .equals(other.pciBusId().map(ComparisonWalk::normal));
    }

    private static String normal(String pciBusId) {
        return pciBusId.toLowerCase(Locale.ROOT).strip();
    }

    private static String place(GpuIdentity gpu) {
        return gpu.pciBusId().orElse("gpu " + gpu.index())
                + gpu.name().map(name -> " " + name).orElse("");
    }

    private static String words(String fact) {
        return fact.equals(BaselineFacts.LINKS_UP) ? "number of NVLinks up" : fact.replace('_', ' ');
    }
}
