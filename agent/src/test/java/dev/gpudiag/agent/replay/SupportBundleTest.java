package dev.gpudiag.agent.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;

class SupportBundleTest {

    private static final Path FILE = Path.of("case.tar.gz");

    private static byte[] archive(String name, byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(out))) {
            for (String each : new String[] {"case/check.txt", name}) {
                TarArchiveEntry entry = new TarArchiveEntry(each, true);
                entry.setSize(content.length);
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }
        return out.toByteArray();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }

    @Test
    void theSnapshotIsFoundWhateverTheFolderIsCalled() throws Exception {
        assertThat(SupportBundle.snapshot(FILE, archive("other-name/snapshot.json", "{}".getBytes(UTF_8))))
                .asString(UTF_8)
                .isEqualTo("{}");
        assertThat(SupportBundle.snapshot(FILE, archive("/../../etc/snapshot.json", "{}".getBytes(UTF_8))))
                .as("a name is never a path here")
                .asString(UTF_8)
                .isEqualTo("{}");
    }

    @Test
    void whatIsNoBundleIsOneMessage() throws Exception {
        byte[] bundle = archive("case/snapshot.json", new byte[200_000]);
        for (byte[] bytes : new byte[][] {
            gzip("<?xml version=\"1.0\"?><nvidia_smi_log/>".getBytes(UTF_8)),
            gzip(new byte[0]),
            archive("case/other.json", "{}".getBytes(UTF_8)),
            Arrays.copyOf(bundle, bundle.length / 2),
            {0x1f, (byte) 0x8b, 8, 0}
        }) {
            assertThatThrownBy(() -> SupportBundle.snapshot(FILE, bytes))
                    .isInstanceOf(ReplayException.class)
                    .hasMessageStartingWith("case.tar.gz: compressed with gzip, and no archive of gpudiag report");
        }
    }

    @Test
    void anEndlessSnapshotIsRefused() throws Exception {
        byte[] bomb = archive("case/snapshot.json", new byte[Replay.MAX_BYTES + 1]);

        assertThat(bomb).hasSizeLessThan(1 << 20);
        assertThatThrownBy(() -> SupportBundle.snapshot(FILE, bomb))
                .isInstanceOf(ReplayException.class)
                .hasMessageContaining("larger than 64 MiB");
    }
}
