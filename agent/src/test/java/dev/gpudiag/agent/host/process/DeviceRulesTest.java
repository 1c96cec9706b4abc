package dev.gpudiag.agent.host.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceRulesTest {

    private static final String GROUP = "/kubepods/burstable/pod7a96c459-d529-44ae-9f99-000000000001/" + "a".repeat(64);
    private static final String LIST = "sys/fs/cgroup/devices" + GROUP + "/devices.list";

    /** What runc gives every container, and systemd keeps. */
    private static final String USUAL = "c 1:3 rwm\nc 5:2 rwm\nc 136:* rwm\nb *:* m\nc *:* m\n";

    @TempDir
    private Path folder;

    private ProcTree tree;

    @BeforeEach
    void layOut() {
        tree = new ProcTree(folder);
        tree.process(9).cgroup("12:pids:" + GROUP + "\n5:devices:" + GROUP + "\n0::/");
    }

    private Reading<Boolean> access() {
        return tree.holder(9).deviceAccess();
    }

    @ParameterizedTest
    @CsvSource({
        "c 195:* rwm, true",
        "c 195:* rw, true",
        "c 195:0 rw, true",
        "c 195:255 rwm, true",
        "a *:* rwm, true",
        "c *:* rwm, true",
        "c 195:* m, false",
        "c 195:0 r, false",
        "b 195:* rwm, false",
        "c 1195:* rwm, false",
        "c 19:5 rwm, false",
        "c 510:0 rw, false",
        "xc 195:* rwm, false"
    })
    void theRulesOfItsGroupDecide(String rule, boolean allowed) {
        tree.file(LIST, USUAL + rule + "\n");
        assertThat(access().value()).contains(allowed);
        assertThat(access().source()).isEqualTo("/" + LIST);
    }

    @Test
    void aGroupWithoutAnyRuleAllowsNothing() {
        tree.file(LIST, "");
        assertThat(access().value()).contains(false);
    }

    @Test
    void controllersThatAreMountedTogetherAndTheRootGroupAreFound() {
        tree.file("sys/fs/cgroup/devices/devices.list", "a *:* rwm\n");
        tree.process(9).cgroup("3:devices,freezer:/");
        assertThat(access().value()).contains(true);
    }

    @Test
    void versionTwoDoesNotTell() {
        tree.process(9).cgroup("0::" + GROUP);
        assertThat(access().reason()).contains(Reason.NOT_SUPPORTED);
        assertThat(access().describe()).contains("version 2");
    }

    @Test
    void aGroupOutsideOfWhatIsMountedHereIsNotJudged() {
        assertThat(access().reason()).contains(Reason.NOT_SUPPORTED);
        tree.file("sys/fs/cgroup/devices.list", USUAL).file("sys/fs/cgroup/devices/devices.list", USUAL);
        tree.process(9).cgroup("5:devices:/../..");
        assertThat(access().reason()).contains(Reason.NOT_SUPPORTED);
    }

    @Test
    void aListThatIsNoFileOrHasNoEndIsAReason() {
        tree.fifo(LIST);
        assertThat(access().reason()).contains(Reason.FAILED);
        tree = new ProcTree(folder.resolve("other"));
        tree.process(9).cgroup("5:devices:" + GROUP);
        tree.file(LIST, "c 1:3 rwm\n".repeat(40_000));
        assertThat(access().describe()).contains("longer than");
    }
}
