package dev.gpudiag.agent.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerImageTest {

    private static final String CONFIG = """
            {"architecture": "amd64", "config": {"Env": ["PATH=/bin", "TOKEN=secret", "CUDA_VERSION=12.4.1",
             "NVIDIA_REQUIRE_CUDA=cuda>=12.4 brand=tesla,driver>=470,driver<471"]}}
            """;
    private static final String DIGEST = "a".repeat(64);
    private static final String MANIFEST = "b".repeat(64);
    private static final String NESTED = "c".repeat(64);

    @TempDir
    private Path folder;

    private static Map<String, String> dockerSave() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("blobs/sha256/" + DIGEST, CONFIG);
        files.put("layer.tar", "not json at all".repeat(1000));
        files.put("manifest.json", "[{\"Config\": \"blobs/sha256/" + DIGEST + "\", \"Layers\": []}]");
        return files;
    }

    private static Map<String, String> ociLayout() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("oci-layout", "{\"imageLayoutVersion\": \"1.0.0\"}");
        files.put("index.json", "{\"manifests\": [{\"digest\": \"sha256:" + NESTED + "\"}]}");
        files.put(
                "blobs/sha256/" + NESTED,
                "{\"manifests\": [{\"digest\": \"sha256:" + "d".repeat(64) + "\", \"platform\": {\"os\": \"linux\","
                        + " \"architecture\": \"arm64\"}}, {\"digest\": \"sha256:" + MANIFEST
                        + "\", \"platform\": {\"os\": \"linux\", \"architecture\": \"amd64\"}}]}");
        files.put("blobs/sha256/" + MANIFEST, "{\"config\": {\"digest\": \"sha256:" + DIGEST + "\"}, \"layers\": []}");
        files.put("blobs/sha256/" + DIGEST, CONFIG);
        return files;
    }

    private static byte[] tar(Map<String, String> files) throws IOException {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        for (Map.Entry<String, String> file : files.entrySet()) {
            byte[] content = file.getValue().getBytes(UTF_8);
            tar.write(header(file.getKey(), String.format("%011o", content.length)));
            tar.write(content);
            tar.write(new byte[(512 - content.length % 512) % 512]);
        }
        tar.write(new byte[1024]);
        return tar.toByteArray();
    }

    private static byte[] header(String name, String size) {
        byte[] header = new byte[512];
        System.arraycopy(name.getBytes(UTF_8), 0, header, 0, name.length());
        System.arraycopy(size.getBytes(UTF_8), 0, header, 124, size.length());
        header[156] = '0';
        System.arraycopy("ustar".getBytes(UTF_8), 0, header, 257, 5);
        return header;
    }

    private Path directory(Map<String, String> files) throws IOException {
        Path directory = folder.resolve("layout");
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = directory.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        return directory;
    }

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("image"), content);
    }

    private static void isTheImage(ContainerImage image) {
        assertThat(image.cuda()).contains(Map.entry("CUDA_VERSION", "12.4.1"));
        assertThat(image.environment()).containsOnlyKeys("CUDA_VERSION", "NVIDIA_REQUIRE_CUDA");
    }

    @Test
    void everyFormOfOneImageSaysTheSame() throws Exception {
        isTheImage(ContainerImage.read(file(tar(dockerSave()))));
        isTheImage(ContainerImage.read(file(tar(ociLayout()))));
        isTheImage(ContainerImage.read(directory(ociLayout())));
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(tar(dockerSave()));
        }
        isTheImage(ContainerImage.read(file(packed.toByteArray())));
        isTheImage(ContainerImage.read(file(("[{\"Id\": \"x\", \"Config\": "
                        + CONFIG.substring(CONFIG.indexOf("{\"Env\""), CONFIG.lastIndexOf('}')) + "}]")
                .getBytes(UTF_8))));
    }

    @ParameterizedTest
    @CsvSource({
        "pai_dlts_docker_inspect.json, 9.0.176",
        "pai_docker_inspect_sample.json, 8.0.61",
    })
    void recordedInspectionsAreRead(String name, String cuda) throws Exception {
        Path captures = Path.of(System.getProperty("gpudiag.shared", "../shared"), "captures", "docker-inspect");
        assumeTrue(Files.isDirectory(captures), "no captures here");
        assertThat(ContainerImage.read(captures.resolve(name))
                        .cuda()
                        .orElseThrow()
                        .getValue())
                .isEqualTo(cuda);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "plain text",
                "{",
                "[]",
                "{}",
                "[{\"Config\": 7}]",
                "{\"manifests\": []}",
            })
    void whatIsNoImageIsOneSentence(String content) throws IOException {
        Path file = file(content.getBytes(UTF_8));
        assertThatThrownBy(() -> ContainerImage.read(file)).isInstanceOf(ImageException.class);
    }

    @Test
    void deepJsonAndTruncatedOrLyingArchivesAreRefused() throws IOException {
        Path deep = file("[".repeat(100_000).getBytes(UTF_8));
        assertThatThrownBy(() -> ContainerImage.read(deep)).isInstanceOf(ImageException.class);
        byte[] whole = tar(dockerSave());
        for (int length : new int[] {100, 600, 1024, whole.length / 2}) {
            Path cut = file(Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> ContainerImage.read(cut)).isInstanceOf(ImageException.class);
        }
        Path lying = file(header("manifest.json", "77777777777"));
        assertThatThrownBy(() -> ContainerImage.read(lying)).isInstanceOf(ImageException.class);
        Path odd = file(header("manifest.json", "size unknown"));
        assertThatThrownBy(() -> ContainerImage.read(odd)).isInstanceOf(ImageException.class);
    }

    @Test
    void namesThatLeaveTheImageAreNotOpened() throws IOException {
        Path outside = Files.writeString(folder.resolve("outside.json"), CONFIG);
        Map<String, String> files = Map.of("manifest.json", "[{\"Config\": \"../outside.json\"}]");
        Path layout = directory(files);
        assertThatThrownBy(() -> ContainerImage.read(layout)).isInstanceOf(ImageException.class);
        Files.writeString(layout.resolve("manifest.json"), "[{\"Config\": \"link.json\"}]");
        Files.createSymbolicLink(layout.resolve("link.json"), outside);
        assertThatThrownBy(() -> ContainerImage.read(layout)).isInstanceOf(ImageException.class);
        Files.delete(layout.resolve("link.json"));
        Files.writeString(layout.resolve("link.json"), CONFIG);
        assertThat(layout).satisfies(path -> isTheImage(ContainerImage.read(path)));
    }
}
