package dev.gpudiag.checks.catalog;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.CheckSpec;
import dev.gpudiag.checks.DataTable;
import dev.gpudiag.checks.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * {@code checks/README.md} shows the rules that the checks declare, and every rule of the field guide is among them or
 * excused. {@code -Dgpudiag.update-goldens=true} writes the file anew and drops excuses that are no longer needed.
 */
class RuleTableTest {

    private static final Path MODULE = Path.of(System.getProperty("gpudiag.root"), "checks");
    private static final Path README = MODULE.resolve("README.md");
    private static final Path EXCUSES =
            MODULE.resolve("src/test/resources/dev/gpudiag/checks/catalog/rules-not-covered.csv");
    private static final boolean UPDATE = Boolean.getBoolean("gpudiag.update-goldens");

    private static final String HEAD = """
            # Checks and their rules

            Generated from the checks by a test; `mvn -pl checks test -Dtest=RuleTableTest -Dgpudiag.update-goldens=true`
            writes it anew. Severity is the status that a rule gives at most. The source `gpudiag` is gpudiag's own rule,
            without another authority: where a rule has settings, tune it.

            | check | reads | rule | trips when | severity | do first | source |
            |---|---|---|---|---|---|---|
            """;

    @Test
    void theReadmeShowsEveryRuleOfEveryCheck() throws IOException {
        String table = readme();
        if (UPDATE) {
            Files.writeString(README, table);
        }
        assertThat(README).hasContent(table);
    }

    @Test
    void everyRuleOfTheFieldGuideIsCoveredOrExcused() throws IOException {
        Set<String> missing = new TreeSet<>(fieldRules());
        missing.removeAll(covered());
        missing.removeAll(excuses().keySet());

        assertThat(missing)
                .as("neither in a check's rules nor in " + EXCUSES.getFileName())
                .isEmpty();
    }

    @Test
    void noRuleIsExcusedThatIsCoveredOrUnknown() throws IOException {
        Map<String, String> excuses = excuses();

        assertThat(excuses.keySet()).as("excused although covered").doesNotContainAnyElementsOf(covered());
        assertThat(fieldRules()).as("rules of the field guide").containsAll(excuses.keySet());
        assertThat(excuses.values()).as("reasons").allMatch(reason -> reason.length() > 10);
    }

    @Test
    void everyCheckDeclaresItsRulesAndEachOnce() {
        for (Check check : CheckCatalog.all()) {
            CheckSpec spec = check.spec();
            assertThat(spec.rules()).as(spec.id()).isNotEmpty();
            assertThat(spec.rules()).extracting(Rule::id).as(spec.id()).doesNotHaveDuplicates();
        }
    }

    private static String readme() throws IOException {
        StringBuilder text = new StringBuilder(HEAD);
        for (Check check : CheckCatalog.all()) {
            check.spec().rules().forEach(rule -> text.append(row(check.spec().id(), rule)));
        }
        List<String> field = fieldRules();
        Set<String> covered = covered();
        long count = field.stream().filter(covered::contains).count();
        text.append("\n## Not covered\n\n")
                .append("%d of the %d rules of the field guide are covered. The others, and why:\n\n"
                        .formatted(count, field.size()))
                .append("| rule | why |\n|---|---|\n");
        excuses().forEach((rule, why) -> text.append("| `%s` | %s |\n".formatted(rule, cell(why))));
        return text.toString();
    }

    private static String row(String check, Rule rule) {
        return "| `%s` | %s | `%s` | %s | %s | %s | %s |\n"
                .formatted(
                        check,
                        cell(rule.reads()),
                        rule.id(),
                        cell(rule.condition()),
                        rule.severity(),
                        cell(rule.action()),
                        cell(rule.source()));
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;");
    }

    private static Set<String> covered() {
        return CheckCatalog.all().stream()
                .flatMap(check -> check.spec().rules().stream())
                .map(Rule::id)
                .collect(toCollection(TreeSet::new));
    }

    private static List<String> fieldRules() {
        return DataTable.of(RuleTableTest.class, "field-rules.csv").rows().stream()
                .map(List::getFirst)
                .toList();
    }

    /** From the file itself and not the class path, since an update shortens it. */
    private static Map<String, String> excuses() throws IOException {
        List<String> lines = Files.readAllLines(EXCUSES);
        if (UPDATE) {
            Set<String> covered = covered();
            lines = lines.stream()
                    .filter(line -> !covered.contains(DataTable.cells(line).getFirst()))
                    .toList();
            Files.writeString(EXCUSES, lines.stream().collect(joining("\n", "", "\n")));
        }
        return lines.stream()
                .skip(2) // date and headings
                .map(DataTable::cells)
                .collect(toMap(List::getFirst, List::getLast, (one, other) -> one, LinkedHashMap::new));
    }
}
