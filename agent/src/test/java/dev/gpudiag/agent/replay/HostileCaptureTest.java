package dev.gpudiag.agent.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gpudiag.telemetry.HostQuantities;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostileCaptureTest {

    private static final String HEAD = "<?xml version=\"1.0\" ?>\n";
    private static final String GPU = "<gpu id=\"00000000:01:00.0\"><product_name>Tésla</product_name></gpu>";
    private static final String LOG = "<nvidia_smi_log>\n" + GPU + "\n</nvidia_smi_log>\n";

    @TempDir
    private Path folder;

    private Path file(byte[] bytes) throws Exception {
        return Files.write(folder.resolve("capture.xml"), bytes);
    }

    private Path file(String text) throws Exception {
        return file(text.getBytes(UTF_8));
    }

    private void refused(String text, String... words) throws Exception {
        Path file = file(text);
        assertThatThrownBy(() -> Replay.open(file))
                .isInstanceOf(ReplayException.class)
                .hasMessageContaining("capture.xml")
                .hasMessageContainingAll(words)
                .message()
                .hasSizeLessThan(400);
    }

    @Test
    void entitiesAreNotExpanded() throws Exception {
        StringBuilder laughs = new StringBuilder("<!ENTITY lol0 \"lol\">");
        for (int i = 1; i < 10; i++) {
            laughs.append("<!ENTITY lol%d \"%s\">"
                    .formatted(i, "&lol%d;".formatted(i - 1).repeat(10)));
        }
        String doctype = HEAD + "<!DOCTYPE nvidia_smi_log [" + laughs + "]>";
        refused(doctype + "<nvidia_smi_log>&lol9;</nvidia_smi_log>", "lol9");
        refused(doctype + "<nvidia_smi_log a=\"&lol9;\"></nvidia_smi_log>", "lol9");
    }

    @Test
    void externalEntitiesAreNotLoaded() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "TOP-SECRET");
        String xml = HEAD + "<!DOCTYPE nvidia_smi_log [<!ENTITY x SYSTEM \"" + secret.toUri() + "\">]>"
                + "<nvidia_smi_log><driver_version>&x;</driver_version></nvidia_smi_log>";
        Path file = file(xml);
        assertThatThrownBy(() -> Replay.open(file))
                .isInstanceOf(ReplayException.class)
                .hasMessageNotContaining("TOP-SECRET");
    }

    @Test
    void anExternalDtdIsNotLoaded() throws Exception {
        String xml = HEAD + "<!DOCTYPE nvidia_smi_log SYSTEM \"http://192.0.2.1/nvsmi_device_v12.dtd\">" + LOG;
        assertThat(Replay.open(file(xml)).sample().gpus()).hasSize(1);
    }

    @Test
    void aDtdInsideIsSkipped() throws Exception {
        String xml = HEAD + "<!DOCTYPE nvidia_smi_log [<!-- it's > --><!ELEMENT a (b?)><!ENTITY c \">\">]>" + LOG;
        assertThat(Replay.open(file(xml)).sample().gpus()).hasSize(1);
    }

    @Test
    void aTruncatedFileSaysSo() throws Exception {
        String whole = HEAD + LOG;
        for (int length = HEAD.length() + 20; length < whole.length() - 20; length += 7) {
            refused(whole.substring(0, length), "line");
        }
    }

    @Test
    void whatIsNoCaptureSaysWhatToRecord() throws Exception {
        refused("hello", "nvidia-smi -q -x");
        refused("<?xml version=\"1.0\"?><html></html>", "<html>");
        refused("==============NVSMI LOG==============\n\nDriver Version : 1\n", "text output", "nvidia-smi -q -x");
        refused("| NVIDIA-SMI 535.54.03    Driver Version: 535.54.03 |", "text output");
        refused("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", "has failed");
        refused("", "empty");
        refused(" \n\t", "empty");
    }

    @Test
    void binaryJunkIsRefused() throws Exception {
        Random random = new Random(42);
        for (int i = 0; i < 200; i++) {
            byte[] junk = new byte[1 + random.nextInt(2000)];
            random.nextBytes(junk);
            Path file = file(junk);
            assertThatThrownBy(() -> Replay.open(file)).isInstanceOf(ReplayException.class);
        }
    }

    @Test
    void aFlippedByteIsReadOrRefusedAndNothingElse() throws Exception {
        byte[] whole = (HEAD + LOG).getBytes(UTF_8);
        Random random = new Random(7);
        int read = 0;
        for (int i = 0; i < 500; i++) {
            byte[] bytes = whole.clone();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            try {
                Replay.open(file(bytes));
                read++;
            } catch (ReplayException e) {
                assertThat(e).hasMessageContaining("capture.xml");
            }
        }
        assertThat(read).isBetween(1, 499);
    }

    @Test
    void countsAndDepthAreBounded() throws Exception {
        refused(HEAD + "<nvidia_smi_log>" + "<gpu id=\"\"/>".repeat(10_000) + "</nvidia_smi_log>", "1024 gpu");
        refused(HEAD + "<nvidia_smi_log>" + "<a>".repeat(100_000), "levels");
        refused(HEAD + "<nvidia_smi_log><gpu id=\"\"><supported_clocks>" + "<a>".repeat(100_000), "levels");
        refused(HEAD + "<nvidia_smi_log>" + "<a/>".repeat(600_000) + "</nvidia_smi_log>", "elements");
        refused(
                HEAD + "<nvidia_smi_log><driver_version>" + "5".repeat(100_000) + "</driver_version></nvidia_smi_log>",
                "characters");
    }

    @Test
    void aHugeFileIsRefused() throws Exception {
        Path file = folder.resolve("huge.xml");
        Files.write(file, new byte[Replay.MAX_BYTES + 1]);
        assertThatThrownBy(() -> Replay.open(file))
                .isInstanceOf(ReplayException.class)
                .hasMessageContaining("64 MiB");
    }

    @Test
    void byteOrderMarksAndEncodingsDoNotMatter() throws Exception {
        for (Charset charset : List.of(UTF_8, UTF_16LE, UTF_16BE)) {
            assertThat(name("\ufeff" + HEAD + LOG, charset)).isEqualTo("Tésla");
            assertThat(name(HEAD + LOG, charset)).isEqualTo("Tésla");
        }
        assertThat(name("<?xml version=\"1.0\" encoding=\"UTF-16\"?>" + LOG, UTF_8))
                .isEqualTo("Tésla");
        assertThat(name("<?xml version=\"1.0\" encoding=\"no-such\"?>" + LOG, UTF_8))
                .isEqualTo("Tésla");
    }

    @Test
    void bytesThatAreNoUtf8AreReadWithAWarning() throws Exception {
        Replay replay = Replay.open(file((HEAD + LOG).getBytes(ISO_8859_1)));
        assertThat(replay.sample().gpus().getFirst().identity().name()).contains("Tésla");
        assertThat(replay.warnings()).containsExactly("is not UTF-8; read as ISO 8859-1");
    }

    private String name(String text, Charset charset) throws Exception {
        return Replay.open(file(text.getBytes(charset)))
                .sample()
                .gpus()
                .getFirst()
                .identity()
                .name()
                .orElseThrow();
    }

    @Test
    void lineEndingsOfWindowsDoNotMatter() throws Exception {
        assertThat(Replay.open(file((HEAD + LOG).replace("\n", "\r\n")))
                        .sample()
                        .gpus())
                .hasSize(1);
    }

    @Test
    void whatAShellLeftAroundTheXmlIsLeftOut() throws Exception {
        Replay replay = Replay.open(file("$ nvidia-smi -q -x\nWARNING: infoROM\n" + HEAD + LOG + "$ exit\n"));
        assertThat(replay.sample().gpus()).hasSize(1);
        assertThat(replay.warnings()).containsExactly("what stands before the XML (2 lines) was left out");
    }

    @Test
    void aGpuThatNvidiaSmiCouldNotOpenIsStillCounted() throws Exception {
        String complaint = "Unable to determine the device handle for GPU 0000:02:00.0: GPU is lost.";
        String log = LOG.replace("<nvidia_smi_log>", "<nvidia_smi_log><attached_gpus>2</attached_gpus>");
        Replay replay = Replay.open(file(HEAD + log + complaint + "\n"));
        assertThat(replay.warnings()).containsExactly(complaint, "attached_gpus is 2, but the capture holds 1");
        assertThat(replay.sample().driver().readings().value(HostQuantities.GPU_COUNT))
                .contains(2L);
    }

    @Test
    void theFirstOfSeveralCapturesIsRead() throws Exception {
        Replay replay = Replay.open(file(HEAD + LOG + HEAD + LOG));
        assertThat(replay.sample().gpus()).hasSize(1);
        assertThat(replay.warnings()).containsExactly("holds more than one capture; the first was read");
    }

    @Test
    void missingFilesFoldersAndGzipHaveTheirOwnWords() throws Exception {
        assertThatThrownBy(() -> Replay.open(folder.resolve("none"))).hasMessageEndingWith("no such file");
        assertThatThrownBy(() -> Replay.open(folder)).hasMessageContaining("directory");
        Path gzip = file(new byte[] {0x1f, (byte) 0x8b, 8, 0});
        assertThatThrownBy(() -> Replay.open(gzip)).hasMessageContaining("gunzip");
    }
}
