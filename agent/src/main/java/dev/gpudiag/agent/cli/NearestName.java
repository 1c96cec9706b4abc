package dev.gpudiag.agent.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The name that somebody most likely meant. */
final class NearestName {

    private NearestName() {}

    /** {@code ; did you mean 'x'?}, or nothing where no name is near. */
    static String hint(String wrong, Collection<String> names) {
        return of(wrong, names).map(name -> "; did you mean '" + name + "'?").orElse("");
    }

    /** The nearest name within a third of its length in edits. */
    static Optional<String> of(String wrong, Collection<String> names) {
        return names.stream()
                .filter(name -> near(wrong, name))
                .min(Comparator.comparingInt((String name) -> distance(wrong, name))
                        .thenComparing(Comparator.naturalOrder()));
    }

    private static boolean near(String wrong, String name) {
        return (wrong.length() > 2 && name.startsWith(wrong))
                || distance(wrong, name) <= Math.max(1, Math.max(wrong.length(), name.length()) / 3);
    }

    /** Levenshtein: insertions, deletions and replacements that turn one into the other. */
    private static int distance(String one, String other) {
        int[] previous = new int[other.length() + 1];
        int[] current = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            current[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = previous[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
            }
            int[] swap = previous;
            previous = current;
            current = swap;
        }
        return previous[other.length()];
    }
}
