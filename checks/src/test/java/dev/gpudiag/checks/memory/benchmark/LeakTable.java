package dev.gpudiag.checks.memory.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The result as Markdown, with every goal that was not met. */
final class LeakTable {

    private static final double MOST_WRONG = 0.01;
    private static final double LEAST_FOUND = 0.95;
    private static final double CLEAR_HOURS = 1;

    private final List<Score> harmless;
    private final List<Score> leaking;

    LeakTable(List<Score> harmless, List<Score> leaking) {
        this.harmless = harmless;
        this.leaking = leaking;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        text.append("| no leak, 48 h | runs | suspect | likely (at most) | confirmed (at most) | over 90 % for 5 min"
                + " | Mann-Kendall |\n|---|---:|---:|---:|---:|---:|---:|\n");
        harmless.forEach(score -> text.append(harmless(score)));
        text.append(harmless(all()));
        text.append("\n| leak | runs | likely | within its goal (at least) | after h: median, p90, max"
                + " | confirmed | within its goal | after h: median, p90, max | cleared after h: median, max"
                + " | over 90 % | Mann-Kendall, median h |\n"
                + "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n");
        leaking.forEach(score -> text.append(leaking(score)));
        List<String> missed = missed();
        text.append(missed.isEmpty() ? "\nEvery goal is met.\n" : "\nGoals that are not met:\n\n");
        missed.forEach(line -> text.append("- ").append(line).append('\n'));
        return text.toString();
    }

    /** Every goal that was missed, with its figure. */
    List<String> missed() {
        List<String> missed = new ArrayList<>();
        for (Score score : harmless) {
            Proportion likely = score.ever(Outcome::likely);
            Proportion confirmed = score.ever(Outcome::confirmed);
            if (likely.rate() > MOST_WRONG) {
                missed.add(name(score) + ": likely in " + percent(likely.rate()) + " of runs without a leak, goal 1 %");
            }
            if (confirmed.hits() > 0) {
                missed.add(name(score) + ": confirmed in " + percent(confirmed.rate()) + " of runs, goal none");
            }
        }
        for (Score score : leaking) {
            Program.Goal goal = score.program().goal();
            Proportion likely = score.within(Outcome::likely, goal.likelyHours());
            Proportion confirmed = score.within(Outcome::confirmed, goal.confirmedHours());
            if (Double.isFinite(goal.likelyHours()) && likely.rate() < LEAST_FOUND) {
                missed.add(name(score) + ": likely within " + hours(goal.likelyHours()) + " h in "
                        + percent(likely.rate()) + " of runs, goal " + percent(LEAST_FOUND));
            }
            if (Double.isFinite(goal.confirmedHours()) && confirmed.rate() < LEAST_FOUND) {
                missed.add(name(score) + ": confirmed within " + hours(goal.confirmedHours()) + " h in "
                        + percent(confirmed.rate()) + " of runs, goal " + percent(LEAST_FOUND));
            }
            if (score.hours(Outcome::cleared, 0.9) > CLEAR_HOURS) {
                missed.add(name(score) + ": cleared after " + hours(score.hours(Outcome::cleared, 0.9))
                        + " h in one of ten runs, goal 1 h");
            }
        }
        return missed;
    }

    private Score all() {
        Program program = Program.harmless("**all**", draw -> Shapes.flat(0));
        return new Score(
                program,
                harmless.stream().flatMap(score -> score.outcomes().stream()).toList());
    }

    private static String harmless(Score score) {
        return row(
                name(score),
                Integer.toString(score.outcomes().size()),
                percent(score.ever(Outcome::suspect).rate()),
                bounded(score.ever(Outcome::likely)),
                bounded(score.ever(Outcome::confirmed)),
                percent(score.ever(Outcome::over).rate()),
                percent(score.ever(Outcome::trend).rate()));
    }

    private static String leaking(Score score) {
        Program.Goal goal = score.program().goal();
        Proportion likely = score.within(Outcome::likely, goal.likelyHours());
        return row(
                name(score),
                Integer.toString(score.outcomes().size()),
                percent(score.ever(Outcome::likely).rate()),
                Double.isInfinite(goal.likelyHours())
                        ? ""
                        : hours(goal.likelyHours()) + " h: " + percent(likely.rate()) + " (" + percent(likely.lower())
                                + ")",
                hours(score.hours(Outcome::likely, 0.5)) + ", " + hours(score.hours(Outcome::likely, 0.9)) + ", "
                        + hours(score.hours(Outcome::likely, 1)),
                percent(score.ever(Outcome::confirmed).rate()),
                Double.isInfinite(goal.confirmedHours())
                        ? ""
                        : hours(goal.confirmedHours()) + " h: "
                                + percent(score.within(Outcome::confirmed, goal.confirmedHours())
                                        .rate()),
                hours(score.hours(Outcome::confirmed, 0.5)) + ", " + hours(score.hours(Outcome::confirmed, 0.9)) + ", "
                        + hours(score.hours(Outcome::confirmed, 1)),
                Double.isNaN(score.hours(Outcome::cleared, 0.5))
                        ? ""
                        : hours(score.hours(Outcome::cleared, 0.5)) + ", " + hours(score.hours(Outcome::cleared, 1)),
                percent(score.ever(Outcome::over).rate()),
                percent(score.ever(Outcome::trend).rate()) + ", " + hours(score.hours(Outcome::trend, 0.5)));
    }

    private static String name(Score score) {
        return score.program().name();
    }

    private static String row(String... cells) {
        return "| " + String.join(" | ", Stream.of(cells).toList()) + " |\n";
    }

    private static String bounded(Proportion proportion) {
        return percent(proportion.rate()) + " (" + percent(proportion.upper()) + ")";
    }

    private static String percent(double rate) {
        return String.format(Locale.ROOT, rate > 0 && rate < 0.0995 ? "%.1f %%" : "%.0f %%", rate * 100);
    }

    private static String hours(double hours) {
        return Double.isNaN(hours) ? "-" : String.format(Locale.ROOT, "%.1f", hours);
    }
}
