package dev.gpudiag.agent.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** The known name that somebody probably meant: for unknown keys, checks, commands and scenarios. */
public final class Suggestions {

    private static final int LENGTH_LIMIT = 64;

    private Suggestions() {}

    /** The nearest of {@code known}, at most a third of its letters away; empty where none is near. */
    public static Optional<String> nearest(String name, Collection<String> known) {
        if (name.length() > LENGTH_LIMIT) {
            return Optional.empty();
        }
        String wanted = name.toLowerCase(Locale.ROOT).replace('_', '-');
        return known.stream()
                .filter(candidate -> distance(wanted, candidate) <= Math.max(1, candidate.length() / 3))
                .min(Comparator.<String>comparingInt(candidate -> distance(wanted, candidate))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** The end of a message about an unknown name: {@code "; did you mean 'temperature'?"}, or nothing. */
    public static String hint(String name, Collection<String> known) {
        return nearest(name, known)
                .map(found -> "; did you mean '" + found + "'?")
                .orElse("");
    }

    /** Letters to insert, remove, replace, or exchange with their neighbour. */
    static int distance(String a, String b) {
        int[][] steps = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    steps[i][j] = i + j;
                    continue;
                }
                int replace = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                int best = Math.min(steps[i - 1][j - 1] + replace, Math.min(steps[i - 1][j], steps[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    best = Math.min(best, steps[i - 2][j - 2] + 1);
                }
                steps[i][j] = best;
            }
        }
        return steps[a.length()][b.length()];
    }
}
