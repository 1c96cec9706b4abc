package dev.gpudiag.nvml.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scenario files as people write them: right, wrong, and changed under a running client. */
class ScenarioFileTest {

    private static final String TWO_GPUS = """
            [driver]
            version = 550.54.15
            [gpu 0..1]
            name = GPU %d
            temperature.gpu = 0s:40 60s:80
            """;
    private static final SimulatedLibrary LIBRARY = SimulatedLibrary.load(".");

    @TempDir
    Path directory;

    private Path file;

    @BeforeAll
    static void initialise(@TempDir Path start) throws IOException {
        assertThat(LIBRARY.open(Files.writeString(start.resolve("start.scenario"), TWO_GPUS)))
                .isZero();
        assertThat(LIBRARY.call("nvmlInit_v2")).isZero();
    }

    @BeforeEach
    void open() throws IOException {
        file = directory.resolve("x.scenario");
        assertThat(openText(TWO_GPUS)).as(LIBRARY.error()).isZero();
        LIBRARY.setTime(0);
    }

    @Test
    void aSeriesIsLinearBetweenItsPointsAndHeldAfterTheLast() {
        Pointer device = LIBRARY.device(0);
        assertThat(LIBRARY.temperature(device)).isEqualTo(40);
        LIBRARY.setTime(30);
        assertThat(LIBRARY.temperature(device)).isEqualTo(60);
        LIBRARY.setTime(600);
        assertThat(LIBRARY.temperature(device)).isEqualTo(80);
    }

    @Test
    void theIndexIsPutIntoTexts() {
        assertThat(LIBRARY.name(LIBRARY.device(1))).isEqualTo("GPU 1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            [gpu 0];temperature.gpuu = 3                        | x.scenario:7: unknown key temperature.gpuu; the nearest known one is temperature.gpu
            [gpu 0];temperature.gpu = hot                       | x.scenario:7: temperature.gpu = hot: not a number
            [gpu 0];temperature.gpu = 60s:1 30s:2               | x.scenario:7: temperature.gpu = 60s:1 30s:2: the times of a series must grow
            [gpu 0];return.nvmlDeviceGetTemprature = 3          | x.scenario:7: no function nvmlDeviceGetTemprature; the nearest known one is nvmlDeviceGetTemperature
            [gpu 0];lost = maybe                                | x.scenario:7: lost = maybe: expected yes, no, at 30s or after 40 calls
            [gpu 0];uuid = GPU-%s                               | x.scenario:7: after % expected d, x, 02d or 02x
            [driver];versoin = 1                                | x.scenario:7: unknown key versoin; the nearest known one is version
            [gqu 0]                                             | x.scenario:6: unknown section [gqu 0]
            [process 5:1]                                       | x.scenario:6: there is no [gpu 5]
            [gpu 3]                                             | x.scenario: [gpu 2] is missing
            [gpu 40]                                            | x.scenario:6: [gpu 40]: GPUs are numbered 0 to 31
            [mig 0:1];profile = 1g.5gb                          | x.scenario: [mig 0:1] needs a uuid and a profile
            [gpu 0];name                                        | x.scenario:7: expected key = value
            """)
    void aMistakeIsToldWithItsLine(String lines, String message) throws IOException {
        assertThat(openText(TWO_GPUS + lines.replace(';', '\n'))).isNegative();
        assertThat(LIBRARY.error()).contains(message);
        assertThat(LIBRARY.temperature(LIBRARY.device(0))).isEqualTo(40);
    }

    @Test
    void aMissingFileADirectoryAndBytesThatAreNoTextAreToldApart() throws IOException {
        assertThat(LIBRARY.open(directory.resolve("none"))).isNegative();
        assertThat(LIBRARY.error()).endsWith("No such file or directory");
        assertThat(LIBRARY.open(directory)).isNegative();
        assertThat(LIBRARY.error()).endsWith("cannot be read");
        assertThat(LIBRARY.open(Files.write(directory.resolve("bytes"), new byte[] {1, 0, 2})))
                .isNegative();
        assertThat(LIBRARY.error()).contains("not a scenario");
    }

    @Test
    void aScenarioWithoutADriverVersionIsRefused() throws IOException {
        assertThat(openText("[gpu 0]\nname = x\n")).isNegative();
        assertThat(LIBRARY.error()).endsWith("[driver] has no version");
    }

    @Test
    void aNewVersionOfTheFileIsReadWhileItRuns() throws IOException {
        Pointer device = LIBRARY.device(0);
        int before = LIBRARY.generation();
        replace(TWO_GPUS.replace("0s:40 60s:80", "55"));
        until(() -> LIBRARY.generation() > before);
        assertThat(LIBRARY.temperature(device)).isEqualTo(55);
    }

    @Test
    void aBrokenNewVersionKeepsTheOldOneAndTellsWhy() throws IOException {
        Pointer device = LIBRARY.device(0);
        replace(TWO_GPUS + "[gpu 0]\nbroken\n");
        until(() -> LIBRARY.temperature(device) < 0 || !LIBRARY.error().isEmpty());
        assertThat(LIBRARY.error()).contains("x.scenario:7: expected key = value");
        assertThat(LIBRARY.temperature(device)).isEqualTo(40);
    }

    @Test
    void aLostGpuStaysLostAndTheOthersAnswer() throws IOException {
        openText(TWO_GPUS + "[gpu 1]\nlost = at 30s\n");
        LIBRARY.setTime(0);
        Pointer lost = LIBRARY.device(1);
        assertThat(LIBRARY.temperature(lost)).isEqualTo(40);
        LIBRARY.setTime(31);
        assertThat(LIBRARY.temperature(lost)).isEqualTo(-15);
        LIBRARY.setTime(0);
        assertThat(LIBRARY.temperature(lost)).isEqualTo(-15);
        assertThat(LIBRARY.temperature(LIBRARY.device(0))).isEqualTo(40);
    }

    @Test
    void aReturnCodeMayComeAfterSomeCalls() throws IOException {
        openText(TWO_GPUS + "[gpu 0]\nreturn.nvmlDeviceGetTemp* = 999 after 2 calls\n");
        LIBRARY.setTime(0);
        Pointer device = LIBRARY.device(0);
        assertThat(LIBRARY.temperature(device)).isEqualTo(40);
        assertThat(LIBRARY.temperature(device)).isEqualTo(40);
        assertThat(LIBRARY.temperature(device)).isEqualTo(-999);
    }

    @Test
    void aHungCallNeverReturnsAndLeavesTheOtherGpuAlone() throws IOException, InterruptedException {
        openText(TWO_GPUS + "[gpu 1]\nhang.nvmlDeviceGetTemperature = yes\n");
        LIBRARY.setTime(0);
        Pointer hung = LIBRARY.device(1);
        Thread caller = Thread.ofPlatform().daemon().start(() -> LIBRARY.temperature(hung));
        assertThat(caller.join(Duration.ofMillis(300))).isFalse();
        assertThat(LIBRARY.temperature(LIBRARY.device(0))).isEqualTo(40);
        assertThat(caller.isAlive()).isTrue();
    }

    private int openText(String text) throws IOException {
        return LIBRARY.open(Files.writeString(file, text));
    }

    private void replace(String text) throws IOException {
        Path next = Files.writeString(directory.resolve("next"), text);
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The file is looked at every 100 ms at most; ten seconds are plenty. */
    private static void until(BooleanSupplier met) {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!met.getAsBoolean()) {
            assertThat(System.nanoTime()).as("nothing happened").isLessThan(end);
            Thread.onSpinWait();
        }
    }
}
