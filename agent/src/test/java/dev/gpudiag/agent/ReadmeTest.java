package dev.gpudiag.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.config.SettingsReference;
import dev.gpudiag.checks.catalog.CheckCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The references in the README and the sample configuration are generated; {@code -Dgpudiag.update-goldens=true} writes them anew. */
class ReadmeTest {

    private static final Path README = Path.of(System.getProperty("gpudiag.root"), "README.md");

    @Test
    void theReadmeHoldsTheReferenceOfSettings() throws IOException {
        hold("settings", new SettingsReference(CheckCatalog.settings()).table());
    }

    @Test
    void theReadmeHoldsTheReferenceOfChecks() throws IOException {
        StringBuilder table = new StringBuilder("| check | looks at |\n|---|---|\n");
        CheckCatalog.all()
                .forEach(check -> table.append("| `%s` | %s |\n"
                        .formatted(check.spec().id(), check.spec().title())));
        hold("checks", table.toString());
    }

    @Test
    void theSampleConfigurationShowsEverySetting() throws IOException {
        Path file = README.resolveSibling("packaging/src/etc/gpudiag.yaml");
        String sample = new SettingsReference(CheckCatalog.settings()).sample();
        if (Boolean.getBoolean("gpudiag.update-goldens")) {
            Files.writeString(file, sample);
        }
        assertThat(file).hasContent(sample);
    }

    private static void hold(String section, String reference) throws IOException {
        String readme = Files.readString(README);
        String begin = "<!-- " + section + ": generated -->\n";
        String end = "<!-- end of " + section + " -->";
        assertThat(readme).contains(begin).contains(end);
        int from = readme.indexOf(begin) + begin.length();
        int to = readme.indexOf(end);
        if (Boolean.getBoolean("gpudiag.update-goldens")) {
            Files.writeString(README, readme.substring(0, from) + reference + readme.substring(to));
            return;
        }
        assertThat(readme.substring(from, to)).isEqualTo(reference);
    }
}
