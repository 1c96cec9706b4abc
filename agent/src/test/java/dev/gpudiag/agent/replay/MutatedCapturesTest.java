package dev.gpudiag.agent.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gpudiag.checks.CheckResult;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.Evidence;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.catalog.CheckCatalog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Captures with odd values, missing and repeated elements: one message or a report, never a check that breaks. */
class MutatedCapturesTest {

    private static final Path CAPTURES = Path.of(System.getProperty("gpudiag.shared"), "captures", "nvidia-smi-xml");
    private static final Pattern LEAF = Pattern.compile("<([a-zA-Z_0-9]+)>([^<]*)</\\1>");
    private static final int MUTANTS_PER_CAPTURE = 60;
    private static final int MUTATIONS = 12;
    private static final List<String> ODD = List.of(
            "N/A",
            "[N/A]",
            "[Not Supported]",
            "Not Supported",
            "ERR!",
            "Unknown Error",
            "[Unknown Error]",
            "GPU is lost",
            "[GPU is lost]",
            "GPU requires reset",
            "Insufficient Permissions",
            "Requested functionality has been deprecated",
            "",
            "   ",
            "-1",
            "99999999999999999999999 MiB",
            "-40 C",
            "12 Frobs",
            "1e309",
            "NaN",
            "Yes",
            "Active",
            "\u0007\u2603",
            "0x7fffffffffffffff",
            "18446744073709551615");

    @TempDir
    private Path directory;

    @Test
    void aMutantIsOneMessageOrAReportAndNoCheckBreaks() throws IOException {
        assumeTrue(Files.isDirectory(CAPTURES), "the captures are not there");
        Random random = new Random(20261123);
        Path file = directory.resolve("mutant.xml");
        CheckRunner runner = new CheckRunner(CheckCatalog.all());
        List<String> broken = new ArrayList<>();
        int reports = 0;
        for (Path capture : captures()) {
            String original = Files.readString(capture, StandardCharsets.ISO_8859_1);
            for (int mutant = 0; mutant < MUTANTS_PER_CAPTURE; mutant++) {
                Files.writeString(file, mutate(original, random), StandardCharsets.UTF_8);
                try {
                    Report report = runner.run(Evidence.of(Replay.open(file).sample()));
                    reports++;
                    report.results().stream()
                            .filter(result -> result.summary().startsWith("this check failed"))
                            .forEach(result -> broken.add(capture.getFileName() + " " + result.summary()));
                } catch (ReplayException e) {
                    assertThat(e.getMessage().lines()).hasSize(1);
                }
            }
        }
        assertThat(broken).isEmpty();
        assertThat(reports).isGreaterThan(1000);
    }

    @Test
    void aCounterThatCannotBeReadIsNeverOk() throws Exception {
        assumeTrue(Files.isDirectory(CAPTURES), "the captures are not there");
        String original = Files.readString(CAPTURES.resolve("NVIDIA_qx-b200.xml"));
        for (String error : List.of("Unknown Error", "ERR!", "[Unknown Error]")) {
            String mutant = original.replaceAll(
                    "<(sram_uncorrectable\\w*|dram_uncorrectable|remapped_row_failure|gpu_recovery_action)>[^<]*</",
                    "<$1>" + error + "</");
            Path file = Files.writeString(directory.resolve("unreadable.xml"), mutant);

            CheckResult ecc = new CheckRunner(CheckCatalog.all())
                    .run(Evidence.of(Replay.open(file).sample()))
                    .result("ecc")
                    .orElseThrow();

            assertThat(ecc.status()).describedAs(error + ": " + ecc.summary()).isEqualTo(Status.UNKNOWN);
        }
    }

    private static List<Path> captures() throws IOException {
        try (Stream<Path> files = Files.list(CAPTURES)) {
            return files.filter(file -> file.toString().endsWith(".xml"))
                    .sorted()
                    .toList();
        }
    }

    private static String mutate(String original, Random random) {
        List<int[]> leaves = new ArrayList<>();
        Matcher matcher = LEAF.matcher(original);
        while (matcher.find()) {
            leaves.add(new int[] {matcher.start(), matcher.end(), matcher.start(2), matcher.end(2)});
        }
        StringBuilder mutant = new StringBuilder(original);
        int from = leaves.size() - 1;
        for (int i = 0; i < MUTATIONS && from >= 0; i++) {
            int[] leaf = leaves.get(from);
            switch (random.nextInt(8)) {
                case 0 -> mutant.delete(leaf[0], leaf[1]);
                case 1 -> mutant.insert(leaf[1], original, leaf[0], leaf[1]);
                default -> mutant.replace(leaf[2], leaf[3], ODD.get(random.nextInt(ODD.size())));
            }
            // from the end to the beginning, so that earlier positions stay right
            from -= 1 + random.nextInt(Math.max(1, 2 * leaves.size() / MUTATIONS));
        }
        return random.nextInt(50) == 0 ? mutant.substring(0, random.nextInt(mutant.length())) : mutant.toString();
    }
}
