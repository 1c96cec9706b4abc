package dev.gpudiag.agent.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleTest {

    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

    @TempDir
    private Path folder;

    private final List<String> progress = new ArrayList<>();

    private Bundle.Written write(Path file, Part... parts) throws Exception {
        return new Bundle("1.2.3", "live", NOON, Optional.of(List.of("gpu-node-17")))
                .write(
                        file,
                        List.of(parts),
                        () -> Duration.ofSeconds(5),
                        (done, of, name) -> progress.add(done + "/" + of + " " + name));
    }

    private static Part part(String name, String text) {
        return new Part(name, "text of " + name, () -> text);
    }

    @Test
    void theManifestHasTheDigestOfEachPartAsItIsInTheArchive() throws Exception {
        Path file = folder.resolve("case.tar.gz");

        Bundle.Written written = write(file, part("a.txt", "on gpu-node-17"), part("b.txt", "GPU\n"));

        Map<String, String> content = Archives.read(file);
        assertThat(content.keySet())
                .containsExactlyInAnyOrder("case/a.txt", "case/b.txt", "case/redacted.json", "case/manifest.json");
        assertThat(content).containsEntry("case/a.txt", "on host-1");
        JsonNode manifest = new ObjectMapper().readTree(content.get("case/manifest.json"));
        assertThat(manifest.path("parts")).hasSize(3);
        for (JsonNode part : manifest.path("parts")) {
            byte[] bytes = content.get("case/" + part.path("name").asText()).getBytes(UTF_8);
            assertThat(part.path("bytes").asInt()).isEqualTo(bytes.length);
            assertThat(part.path("sha256").asText())
                    .isEqualTo(HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
        }
        assertThat(written.parts()).isEqualTo(2);
        assertThat(written.redacted()).containsExactly(Map.entry("host name", 1));
        assertThat(progress).containsExactly("0/2 a.txt", "1/2 b.txt", "2/2 ");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void aPartThatFailsOrHangsIsNamedAndTheOthersAreThere() throws Exception {
        Path file = folder.resolve("case.tar.gz");
        Part broken = new Part("broken.txt", "", () -> {
            throw new IOException("no permission to read /etc/x on gpu-node-17");
        });
        Part bug = new Part("bug.txt", "", () -> {
            throw new IllegalStateException("odd");
        });
        Part hanging = new Part("hanging.txt", "", () -> {
            Thread.sleep(Duration.ofHours(1));
            return "";
        });

        Bundle.Written written = new Bundle("1.2.3", "live", NOON, Optional.of(List.of("gpu-node-17")))
                .write(
                        file,
                        List.of(broken, bug, hanging, part("well.txt", "well")),
                        () -> Duration.ofMillis(300),
                        (done, of, name) -> {});

        assertThat(written.missing())
                .containsExactly(
                        "broken.txt: no permission to read /etc/x on host-1",
                        "bug.txt: reading it failed: java.lang.IllegalStateException: odd",
                        "hanging.txt: no answer within 300 ms");
        assertThat(Archives.read(file)).containsEntry("case/well.txt", "well");
    }

    @Test
    void whenTheTimeIsOverTheRestIsNamed() throws Exception {
        Bundle.Written written = new Bundle("1.2.3", "live", NOON, Optional.empty())
                .write(
                        folder.resolve("case.tar.gz"),
                        List.of(part("a.txt", "a")),
                        () -> Duration.ZERO,
                        (done, of, name) -> {});

        assertThat(written.missing()).containsExactly("a.txt: the time was over before it was read");
        assertThat(Archives.read(folder.resolve("case.tar.gz"))).containsOnlyKeys("case/manifest.json");
    }

    @Test
    void whatIsThereIsNeverWrittenOverNorFollowed() throws Exception {
        Path target = Files.writeString(folder.resolve("mine"), "mine");
        Path link = Files.createSymbolicLink(folder.resolve("link.tar.gz"), folder.resolve("elsewhere"));

        assertThatThrownBy(() -> write(target, part("a.txt", "a")))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining("is there already");
        assertThatThrownBy(() -> write(link, part("a.txt", "a"))).isInstanceOf(BundleException.class);
        assertThatThrownBy(() -> write(folder.resolve("no/such.tar.gz"), part("a.txt", "a")))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining("cannot write");
        assertThat(target).hasContent("mine");
        assertThat(folder.resolve("elsewhere")).doesNotExist();
    }
}
