package dev.gpudiag.agent.report;

import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.GpuSample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One fault in full: what was seen, why it matters, whom it hits, what to do, the board, the proof, and where more is.
 *
 * @param proofs lines of proof at most; what the same check says besides, and what this explains, is folded
 */
record FaultText(Report report, int proofs, boolean verbose) {

    private static final Pattern XID = Pattern.compile("\\bXid (\\d{1,4})\\b");

    void write(Fault fault, TextLines text) {
        group(fault.root(), text);
        if (verbose) {
            fault.siblings().forEach(sibling -> group(sibling, text));
        }
        text.details("also", also(fault));
        text.detail("more", more(fault));
    }

    /** A group of findings that is not wrong, for a reader who wants to see everything. */
    void group(FindingGroup group, TextLines text) {
        List<String> seen = new ArrayList<>(group.seen());
        List<String> limits = group.limits();
        if (limits.size() == 1) {
            seen.add(seen.removeLast() + " (limit: " + limits.getFirst() + ")");
        }
        text.headline(group.status(), group.check(), seen.getFirst());
        seen.stream().skip(1).forEach(other -> text.detail("", other));
        if (limits.size() > 1) {
            text.details("limit", limits);
        }
        if (!group.why().isEmpty()) {
            text.detail("why", group.why());
        }
        if (group.status().isProblem()) {
            new Impact(report.sample()).of(group).ifPresent(hit -> text.detail("impact", hit));
        }
        text.details("do", numbered(group.actions()));
        if (group.status().isProblem()) {
            now(group).forEach(line -> text.detail("now", line));
            text.details("board", BoardIdentity.lines(group, report));
        }
        text.details("proof", shortened(group.proofs()));
    }

    private static List<String> numbered(List<String> steps) {
        if (steps.size() < 2) {
            return steps;
        }
        List<String> numbered = new ArrayList<>();
        steps.forEach(step -> numbered.add(numbered.size() + 1 + ". " + step));
        return numbered;
    }

    /** The GPUs of the fault beside the others. */
    private Stream<String> now(FindingGroup group) {
        Map<Boolean, List<GpuSample>> hit = report.sample().gpus().stream()
                .collect(Collectors.partitioningBy(
                        gpu -> group.gpus().contains(gpu.identity().index())));
        if (hit.get(true).isEmpty()) {
            return Stream.empty();
        }
        String own = new GpuFigures(hit.get(true)).inOneLine();
        if (own.isEmpty()) {
            return Stream.empty();
        }
        List<GpuSample> answering = hit.get(false).stream()
                .filter(gpu -> gpu.condition().isAnswering())
                .toList();
        String others = new GpuFigures(answering).inShort();
        return Stream.of("gpu " + GpuNumbers.ranges(group.gpus()) + ": " + own
                + (others.isEmpty() ? "" : "; other " + answering.size() + ": " + others));
    }

    private List<String> shortened(List<String> all) {
        if (verbose || all.size() <= proofs) {
            return all;
        }
        // what the driver itself said comes before what lies around it
        List<String> shown = new ArrayList<>(Stream.concat(
                        all.stream().filter(FaultText::isCall), all.stream().filter(proof -> !isCall(proof)))
                .limit(proofs)
                .toList());
        shown.set(proofs - 1, shown.getLast() + " (and " + (all.size() - proofs) + " more: -v)");
        return shown;
    }

    private static boolean isCall(String proof) {
        return proof.startsWith("nvml");
    }

    private List<String> also(Fault fault) {
        List<String> lines = new ArrayList<>();
        if (!verbose) {
            fault.siblings().forEach(sibling -> lines.add(sibling.status() + " " + String.join("; ", sibling.seen())));
        }
        if (!fault.effects().isEmpty()) {
            lines.add("explained by this: " + explained(fault.effects()));
        }
        return lines;
    }

    /** The checks that say the same of the same subjects, by status. */
    private static String explained(List<FindingGroup> effects) {
        record Effect(Status status, String subjects) {}
        Map<Effect, List<String>> checks = new LinkedHashMap<>();
        effects.forEach(group -> checks.computeIfAbsent(
                        new Effect(group.status(), group.subjects()), effect -> new ArrayList<>())
                .add(group.check()));
        return checks.entrySet().stream()
                .map(entry -> entry.getKey().status() + " "
                        + entry.getValue().stream().distinct().collect(Collectors.joining(", "))
                        + (entry.getKey().subjects().isEmpty()
                                ? ""
                                : " (" + entry.getKey().subjects() + ")"))
                .collect(Collectors.joining("; "));
    }

    private String more(Fault fault) {
        FindingGroup root = fault.root();
        Matcher xid = XID.matcher(root.seen().getFirst());
        String topic = root.check().equals("xid") && xid.find() ? "xid " + xid.group(1) : root.check();
        boolean hidden =
                !verbose && (!fault.siblings().isEmpty() || root.proofs().size() > proofs);
        return "gpudiag explain " + topic + (hidden ? "; gpudiag check " + root.check() + " -v" : "");
    }
}
