package dev.gpudiag.agent.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.telemetry.SampleSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WatchedCheckTest {

    private static final String SIZE = "\u001b[48;12;60;0;0t";

    private final FakeNode node = new FakeNode(Nodes.node(SampleSource.live(), Nodes.answering(0, 2)));
    private final CommandRun command = new CommandRun(node, FakeChecks.heat());
    private final List<String> asked = new ArrayList<>();

    @Test
    void reportsFollowEachOtherWhereThereIsNoTerminalAndCtrlCEndsWithTheLastVerdict() throws Exception {
        int once = command.run("check", "--set", "heat.limit=50");
        String report = command.out();
        int watched = watch(
                false,
                out -> out.split("== ", -1).length > 3,
                "check",
                "--watch",
                "--every",
                "500ms",
                "--set",
                "heat.limit=50");

        assertThat(watched).isEqualTo(once).isNotZero();
        assertThat(command.out())
                .startsWith("== 2026-11-01T12:00:00Z\ngpudiag 1.2.3")
                .contains(report.split("\n", -1)[0]);
        assertThat(command.out()).doesNotContain("\u001b[H");
        assertThat(asked).isEmpty();
    }

    @Test
    void machinesGetTheirFormatAndNothingElse() throws Exception {
        watch(false, out -> out.lines().count() > 5, "check", "--watch", "--every", "500ms", "--format", "ndjson");
        assertThat(command.out().lines()).allMatch(line -> line.startsWith("{") && line.endsWith("}"));
    }

    @Test
    void onATerminalTheReportStandsInPlaceAndTheLastOneStays() throws Exception {
        watch(true, out -> out.matches("(?s).*Z [A-Z]+  every 1h  q ends.*"), "check", "--watch", "--every", "1h");
        assertThat(asked).containsExactly("screen", "plain");
        String screens = command.out();
        assertThat(screens).contains("\u001b[H\u001b[K");
        String left = screens.substring(screens.lastIndexOf("\u001b[K"));
        assertThat(left).contains("gpudiag 1.2.3 on gpu-node-17").endsWith(" s)\n");
    }

    @Test
    void aMachineFormatIsNeverDrawnOnATerminal() throws Exception {
        watch(true, out -> out.contains("\"exit_code\""), "check", "--watch", "--json");
        assertThat(asked).isEmpty();
        assertThat(command.out()).startsWith("{");
    }

    @Test
    void withoutAnyVerdictItIsNotKnown() {
        command.terminal =
                new CallerTerminal(Optional.of(new ByteArrayInputStream("q".getBytes(US_ASCII))), false, asked::add);
        FakeNode slow = new FakeNode(Nodes.node(SampleSource.live())) {
            @Override
            public dev.gpudiag.telemetry.NodeSample sample(java.time.Duration timeout) {
                try {
                    Thread.sleep(Long.MAX_VALUE);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return super.sample(timeout);
            }
        };
        command.sources = slow;
        assertThat(command.run("check", "--watch")).isEqualTo(3);
    }

    @Test
    void wrongUsageIsToldAtOnce() {
        for (String arguments : List.of(
                "--every 2s",
                "--watch --every 0s",
                "--watch --every 2h",
                "--watch --replay /proc/version",
                "--watch --gpu 7")) {
            assertThat(command.run(("check " + arguments).split(" "))).isEqualTo(ExitCodes.USAGE);
            assertThat(command.err()).startsWith("gpudiag: --");
            assertThat(command.out()).isEmpty();
        }
    }

    /** Runs a command until its output is as wanted; then Ctrl-C is pressed. */
    private int watch(boolean screen, Predicate<String> seen, String... arguments) throws Exception {
        try (PipedOutputStream keys = new PipedOutputStream()) {
            command.terminal = new CallerTerminal(Optional.of(new PipedInputStream(keys)), screen, asked::add);
            Thread user = new Thread(() -> {
                try {
                    keys.write(SIZE.getBytes(US_ASCII));
                    keys.flush();
                    long end = System.nanoTime() + 20_000_000_000L;
                    while (!seen.test(command.out()) && System.nanoTime() < end) {
                        Thread.onSpinWait();
                    }
                    keys.write(3);
                    keys.flush();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            user.setDaemon(true);
            user.start();
            int code = command.run(arguments);
            user.join();
            return code;
        }
    }
}
