package dev.gpudiag.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.gpudiag.agent.config.AgentSettings;
import dev.gpudiag.agent.config.ConfigurationFile;
import dev.gpudiag.agent.timeline.TimelineEvent;
import dev.gpudiag.checks.catalog.CheckCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LiveConfigurationTest {

    @TempDir
    private Path folder;

    private Path file;
    private final List<SettingsSource.Configured> applied = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private List<String> later = List.of();
    private LiveConfiguration live;

    private final LiveConfiguration.Listener listener = new LiveConfiguration.Listener() {
        @Override
        public void reading() {
            told.add("reading");
        }

        @Override
        public List<String> apply(SettingsSource.Configured configured) {
            applied.add(configured);
            return later;
        }

        @Override
        public void read(boolean successful, TimelineEvent event) {
            told.add(successful + " " + event.action() + ": " + event.text());
        }
    };

    @BeforeEach
    void start() throws Exception {
        file = Files.writeString(folder.resolve("gpudiag.yaml"), "xid:\n  open-for: 1d\n");
        live = new LiveConfiguration(
                Wiring.configured(Optional.of(file)),
                () -> Wiring.configured(Optional.of(file)),
                Optional.of(new ConfigurationFile(file)),
                listener);
    }

    private void write(String text) throws IOException {
        Files.writeString(file, text);
    }

    @Test
    void aChangedFileIsPutInForceWithoutARestart() throws IOException {
        live.look();
        assertThat(told).isEmpty();
        write("xid:\n  open-for: 2d\nsampling:\n  interval: 3s\nchecks:\n  skip: [ecc]\n");
        live.look();
        live.look();
        live.look();

        assertThat(applied).singleElement().satisfies(configured -> {
            assertThat(configured.settings().get(AgentSettings.SAMPLING_INTERVAL))
                    .isEqualTo(Duration.ofSeconds(3));
            assertThat(configured.skippedChecks()).containsExactly("ecc");
        });
        assertThat(told)
                .containsExactly(
                        "reading",
                        "true reloaded: configuration read again, since its file has changed: xid.open-for,"
                                + " sampling.interval, checks.skip changed");
        assertThat(live.problems()).isEmpty();
    }

    @Test
    void aBrokenFileChangesNothingAndIsToldUntilItIsMended() throws IOException {
        write("xid:\n  open-for: soon\n  opn-for: 1d\n");
        live.reload("SIGHUP was sent");

        assertThat(applied).isEmpty();
        assertThat(live.problems())
                .singleElement()
                .asString()
                .startsWith("the configuration of before stays in force: gpudiag.yaml:2: xid.open-for: 'soon'")
                .contains("gpudiag.yaml:3: unknown key 'opn-for' in xid; did you mean 'open-for'?");
        assertThat(told.getLast()).startsWith("false refused: ");

        write("xid:\n  open-for: 1d\n");
        live.reload("SIGHUP was sent");
        assertThat(live.problems()).isEmpty();
        assertThat(told.getLast()).endsWith("nothing has changed");
    }

    @Test
    void aFileThatIsGoneDoesNotBringTheDefaultsBack() throws IOException {
        Files.delete(file);
        live.look();
        live.look();
        assertThat(applied).isEmpty();
        assertThat(live.problems()).singleElement().asString().endsWith(file + " is gone");
    }

    @Test
    void whatCannotChangeIsToldUntilItIsAsItWas() throws IOException {
        write(
                "xid:\n  open-for: 3d\nweb:\n  listen-address: :9999\nfragmentation:\n  endpoints: http://127.0.0.1:1/\n");
        live.reload("SIGHUP was sent");
        assertThat(applied).hasSize(1);
        assertThat(live.problems())
                .containsExactlyInAnyOrder(
                        "web.listen-address needs a restart of the agent",
                        "fragmentation.endpoints needs a restart of the agent");
        live.reload("SIGHUP was sent");
        assertThat(live.problems()).hasSize(2);

        later = List.of("collecting rdma needs a restart of the agent");
        write("xid:\n  open-for: 3d\n");
        live.reload("SIGHUP was sent");
        assertThat(live.problems()).containsExactly("collecting rdma needs a restart of the agent");
    }

    @Test
    void theSignalItselfReadsItAgain() throws Exception {
        assumeFalse(isIgnored(), "whoever started this ignores SIGHUP (nohup), and then Java does too");
        CountDownLatch heard = new CountDownLatch(1);
        HangupSignal.handle(heard::countDown);
        new ProcessBuilder("kill", "-HUP", Long.toString(ProcessHandle.current().pid()))
                .start()
                .waitFor();
        assertThat(heard.await(20, TimeUnit.SECONDS)).isTrue();
    }

    private static boolean isIgnored() throws IOException {
        String ignored = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .findFirst()
                .orElse("SigIgn: 0");
        return (Long.parseUnsignedLong(ignored.substring(7).strip(), 16) & 1) != 0;
    }

    @Test
    void aRequestIsReadOnTheThreadThatFollows() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        List<Runnable> hangup = new ArrayList<>();
        LiveConfiguration following = new LiveConfiguration(
                Wiring.configured(Optional.of(file)),
                () -> Wiring.configured(Optional.of(file)),
                Optional.empty(),
                new LiveConfiguration.Listener() {
                    @Override
                    public void reading() {}

                    @Override
                    public List<String> apply(SettingsSource.Configured configured) {
                        return List.of();
                    }

                    @Override
                    public void read(boolean successful, TimelineEvent event) {
                        read.countDown();
                    }
                });
        following.follow(60_000, hangup::add);
        hangup.getFirst().run();
        assertThat(read.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void onlyWhatTheAgentTakesOverNeedsNoRestart() {
        assertThat(AgentSettings.needsRestart(AgentSettings.SAMPLING_INTERVAL)).isFalse();
        assertThat(AgentSettings.needsRestart(AgentSettings.METRICS_DCGM)).isFalse();
        assertThat(AgentSettings.needsRestart(AgentSettings.LISTEN_ADDRESS)).isTrue();
        assertThat(CheckCatalog.settings().stream().filter(AgentSettings::needsRestart))
                .extracting(setting -> setting.key())
                .containsExactly("fragmentation.endpoints");
    }
}
