package dev.gpudiag.agent.report;

import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import java.util.ArrayList;
import java.util.List;

/**
 * One fault as a reader on call is told of it: a problem, with what the same check says besides of the same subjects.
 *
 * @param root what is wrong
 * @param siblings what the same check says besides, no worse than the root
 * @param effects what other checks found that this explains
 */
record Fault(FindingGroup root, List<FindingGroup> siblings, List<FindingGroup> effects) {

    Fault {
        siblings = List.copyOf(siblings);
        effects = List.copyOf(effects);
    }

    /** The faults of a report in the order of its problems. */
    static List<Fault> of(Report report) {
        List<Fault> faults = new ArrayList<>();
        for (Problem problem : Problem.of(report)) {
            int known = 0;
            while (known < faults.size() && !faults.get(known).isAbout(problem.cause())) {
                known++;
            }
            if (known < faults.size()) {
                faults.set(known, faults.get(known).with(problem));
            } else {
                faults.add(new Fault(problem.cause(), List.of(), problem.effects()));
            }
        }
        return List.copyOf(faults);
    }

    private boolean isAbout(FindingGroup group) {
        return group.check().equals(root.check())
                && group.causedBy().isEmpty()
                && !group.status().isWorseThan(root.status())
                && root.subjectSet().containsAll(group.subjectSet());
    }

    private Fault with(Problem sibling) {
        List<FindingGroup> more = new ArrayList<>(siblings);
        more.add(sibling.cause());
        List<FindingGroup> explained = new ArrayList<>(effects);
        explained.addAll(sibling.effects());
        return new Fault(root, more, explained);
    }

    Status status() {
        return root.status();
    }

    /** Check and what was seen, in one line. */
    String inOneLine() {
        boolean aboutNode = root.findings().getFirst().subject().kind() == Subject.Kind.NODE;
        String who = root.subjects().isEmpty() || aboutNode ? "" : root.subjects() + ": ";
        return root.check() + ": " + who + root.findings().getFirst().seen();
    }
}
