package dev.gpudiag.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Texts that are held byte for byte; {@code -Dgpudiag.update-goldens=true} writes them anew. */
public final class Screens {

    private static final Path FOLDER =
            Path.of(System.getProperty("gpudiag.root", ".."), "agent", "src", "test", "resources", "screens");

    private Screens() {}

    public static Path folder() {
        return FOLDER;
    }

    public static void assertSame(String name, String text) throws IOException {
        Path golden = FOLDER.resolve(name);
        if (Boolean.getBoolean("gpudiag.update-goldens")) {
            Files.createDirectories(golden.getParent());
            Files.writeString(golden, text);
        }
        assertThat(text).isEqualTo(Files.readString(golden));
    }
}
