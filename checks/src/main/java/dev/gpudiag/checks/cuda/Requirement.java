package dev.gpudiag.checks.cuda;

import dev.gpudiag.telemetry.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an image asks of a node in its {@code NVIDIA_REQUIRE_*} variables, in the container toolkit's grammar: spaces
 * between alternatives, commas between conditions that must all hold.
 *
 * <p>{@code cuda} is the driver's own CUDA: an image that asks for {@code cuda>=13.3} is refused by a 13.2 driver,
 * although minor-version compatibility would run it.
 *
 * @param alternatives conditions in their order; none of them means that nothing is asked
 */
public record Requirement(List<List<Condition>> alternatives) {

    private static final List<String> OPERATORS = List.of("!=", "<=", ">=", "=", "<", ">");
    private static final List<String> VERSIONS = List.of("cuda", "driver", "arch");
    private static final String BRAND = "brand";

    /** One comparison, such as {@code cuda>=12.4}. */
    public record Condition(String property, String operator, String value) {

        @Override
        public String toString() {
            return property + operator + value;
        }

        /** Whether it holds; empty where the node's value is not known. */
        Optional<Boolean> holds(Map<String, String> node) {
            Optional<String> known = Optional.ofNullable(node.get(property));
            if (property.equals(BRAND)) {
                return known.map(brand -> compare(brand.equals(value) ? 0 : 1));
            }
            return known.flatMap(Version::parse)
                    .flatMap(actual -> Version.parse(value).map(asked -> compare(actual.compareTo(asked))));
        }

        private boolean compare(int order) {
            return switch (operator) {
                case "!=" -> order != 0;
                case "<=" -> order <= 0;
                case ">=" -> order >= 0;
                case "=" -> order == 0;
                case "<" -> order < 0;
                default -> order > 0;
            };
        }
    }

    public Requirement {
        alternatives = alternatives.stream().map(List::copyOf).toList();
    }

    /**
     * What {@code text} asks; properties that nobody knows are left out, as the toolkit does.
     *
     * @throws IllegalArgumentException with a sentence for a condition that is none
     */
    public static Requirement parse(String text) {
        List<List<Condition>> alternatives = new ArrayList<>();
        for (String term : text.strip().split("\\s+", -1)) {
            List<Condition> conditions = new ArrayList<>();
            for (String factor : term.split(",", -1)) {
                if (!factor.isEmpty()) {
                    condition(factor).ifPresent(conditions::add);
                }
            }
            if (!conditions.isEmpty()) {
                alternatives.add(conditions);
            }
        }
        return new Requirement(alternatives);
    }

    private static Optional<Condition> condition(String factor) {
        int end = 0;
        while (end < factor.length() && "<>=!".indexOf(factor.charAt(end)) < 0) {
            end++;
        }
        String property = factor.substring(0, end);
        String rest = factor.substring(end);
        String operator = OPERATORS.stream()
                .filter(rest::startsWith)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + factor + "' compares nothing"));
        String value = rest.substring(operator.length());
        if (property.equals(BRAND)) {
            return Optional.of(new Condition(property, operator, value));
        }
        if (!VERSIONS.contains(property)) {
            return Optional.empty();
        }
        if (Version.parse(value).isEmpty()) {
            throw new IllegalArgumentException("'" + value + "' in '" + factor + "' is no version");
        }
        return Optional.of(new Condition(property, operator, value));
    }

    /**
     * Whether a node meets it; empty where that hangs on something that is not known of the node.
     *
     * @param node cuda, driver, arch and brand as far as they are known
     */
    public Optional<Boolean> isMetBy(Map<String, String> node) {
        if (alternatives.isEmpty()) {
            return Optional.of(true);
        }
        boolean unknown = false;
        for (List<Condition> conditions : alternatives) {
            List<Optional<Boolean>> held =
                    conditions.stream().map(condition -> condition.holds(node)).toList();
            boolean failed = held.contains(Optional.of(false));
            boolean open = held.contains(Optional.<Boolean>empty());
            if (!failed && !open) {
                return Optional.of(true);
            }
            unknown |= !failed;
        }
        return unknown ? Optional.empty() : Optional.of(false);
    }
}
