package dev.gpudiag.agent.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.catalog.CheckCatalog;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the checks against the faults that are known to be in the captures. */
class ExpectedFindingsTest {

    /** One row of captures-expected.csv. */
    record Expected(String file, String check, String subject, Status status) {}

    static Stream<Path> files() throws IOException {
        return Captures.files();
    }

    static Stream<Expected> expected() {
        try (InputStream stream = ExpectedFindingsTest.class.getResourceAsStream("captures-expected.csv")) {
            List<String> lines = new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return Captures.csv(lines).stream()
                    .map(row -> new Expected(row.get(0), row.get(1), row.get(2), Status.valueOf(row.get(3))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Report check(Path file) throws ReplayException {
        return new CheckRunner(CheckCatalog.all())
                .run(Evidence.of(Replay.open(file).sample()));
    }

    private static Set<Expected> problems(String file, Report report) {
        return report.results().stream()
                .flatMap(result -> result.findings().stream()
                        .filter(finding -> finding.status() == Status.WARNING || finding.status() == Status.CRITICAL)
                        .filter(finding -> finding.causedBy().isEmpty())
                        .map(finding -> new Expected(
                                file, result.id(), finding.subject().describe(), finding.status())))
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @MethodSource("expected")
    void aKnownFaultIsFound(Expected expected) throws Exception {
        Path file = Captures.files()
                .filter(path -> path.endsWith(expected.file()))
                .findFirst()
                .orElseThrow();
        assumeTrue(
                CheckCatalog.all().stream().anyMatch(check -> check.spec().id().equals(expected.check())),
                "skipped: no check " + expected.check() + " yet");
        assertThat(problems(expected.file(), check(file))).contains(expected);
    }

    @ParameterizedTest
    @MethodSource("files")
    void nothingElseIsAProblem(Path file) throws Exception {
        String name = file.getFileName().toString();
        Set<Expected> known = expected().filter(row -> row.file().equals(name)).collect(Collectors.toSet());
        assertThat(known).containsAll(problems(name, check(file)));
    }
}
