package dev.gpudiag.agent.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One line of trials of the rules: what is changed on a healthy node, and what the rule has to say of it.
 *
 * @param rule the rule that is tried
 * @param status what it must give
 * @param nearMiss which near miss this is; empty for the scenario that trips the rule
 * @param directives words after {@code @}: base, past, set, baseline, patience
 * @param scenario lines that are added to the base
 */
record RuleTrial(String rule, String status, Optional<String> nearMiss, List<String> directives, String scenario) {

    /** {@code == rule STATUS} trips; each {@code -- what} after it does not. */
    static List<RuleTrial> read(String resource) {
        List<RuleTrial> trials = new ArrayList<>();
        List<String> block = new ArrayList<>();
        for (String line : (text(resource) + "\n==").lines().toList()) {
            boolean begins = line.startsWith("==") || line.startsWith("--");
            if (begins && !block.isEmpty()) {
                trials.add(of(block, trials));
                block.clear();
            }
            if (!line.isBlank() && !line.startsWith("#")) {
                block.add(line.strip());
            }
        }
        return trials;
    }

    private static RuleTrial of(List<String> block, List<RuleTrial> before) {
        String head = block.getFirst().substring(2).strip();
        List<String> own = words(block, true);
        String lines = String.join("\n", words(block, false));
        if (block.getFirst().startsWith("==")) {
            String[] words = head.split(" ", -1);
            return new RuleTrial(words[0], words[1], Optional.empty(), own, lines);
        }
        RuleTrial last = before.getLast();
        List<String> inherited = before.reversed().stream()
                .filter(trial -> trial.nearMiss().isEmpty())
                .findFirst()
                .orElseThrow()
                .directives();
        List<String> directives = new ArrayList<>(inherited.stream()
                .filter(word -> own.stream().noneMatch(mine -> kind(mine).equals(kind(word))))
                .toList());
        directives.addAll(own);
        return new RuleTrial(last.rule(), last.status(), Optional.of(head), directives, lines);
    }

    private static String kind(String directive) {
        return directive.split(" ", 2)[0];
    }

    private static List<String> words(List<String> block, boolean directives) {
        return block.stream()
                .skip(1)
                .filter(line -> line.startsWith("@") == directives)
                .map(line -> directives ? line.substring(1) : line)
                .toList();
    }

    /** What stands after this word, in order. */
    List<String> all(String word) {
        return directives.stream()
                .filter(directive -> kind(directive).equals(word))
                .map(directive -> directive.substring(word.length()).strip())
                .toList();
    }

    Optional<String> first(String word) {
        return all(word).stream().findFirst();
    }

    static String text(String resource) {
        try (InputStream in = RuleTrial.class.getResourceAsStream("rules/" + resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return rule + " " + nearMiss.map(what -> "not on " + what).orElse(status);
    }
}
