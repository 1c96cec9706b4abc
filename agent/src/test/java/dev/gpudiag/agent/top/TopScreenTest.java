package dev.gpudiag.agent.top;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.report.Screens;
import dev.gpudiag.agent.terminal.TerminalEvent;
import dev.gpudiag.agent.terminal.TerminalEvent.Resized;
import dev.gpudiag.agent.terminal.TerminalEvent.SpecialKey;
import dev.gpudiag.telemetry.NodeSample;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whole screens, held byte for byte. */
class TopScreenTest {

    private static final Resized WIDE = new Resized(30, 120);
    private static final Resized USUAL = new Resized(24, 80);

    @Test
    void aBusyNode() throws IOException {
        Screens.assertSame("top-busy.txt", screen(state(TopNodes.busy()), WIDE));
    }

    @Test
    void aBusyNodeOnTheUsualTerminal() throws IOException {
        Screens.assertSame("top-busy-80x24.txt", screen(state(TopNodes.busy()), USUAL));
    }

    @Test
    void aBusyNodeInATinyWindow() throws IOException {
        Screens.assertSame("top-busy-30x8.txt", screen(state(TopNodes.busy()), new Resized(8, 30)));
    }

    @Test
    void aGpuThatHangsBesideOnesThatGoOn() throws IOException {
        Screens.assertSame("top-hung.txt", screen(state(TopNodes.hung()), WIDE));
    }

    @Test
    void aGpuThatHasNotAnsweredSinceTheLastSample() throws IOException {
        TopState state = state(TopNodes.busy());
        state.see(TopNodes.later(TopNodes.busy(), 4, 1));
        Screens.assertSame("top-silent.txt", screen(state, WIDE));
    }

    @Test
    void migDevicesBelowTheirGpu() throws IOException {
        Screens.assertSame("top-mig.txt", screen(state(TopNodes.mig()), WIDE));
    }

    @Test
    void noDriver() throws IOException {
        Screens.assertSame("top-no-driver.txt", screen(state(TopNodes.noDriver()), USUAL));
    }

    @Test
    void moreThanFits() throws IOException {
        TopState state = state(TopNodes.crowded());
        press(state, SpecialKey.DOWN, SpecialKey.PAGE_DOWN);
        Screens.assertSame("top-crowded-80x24.txt", screen(state, USUAL));
    }

    @Test
    void beforeTheFirstAnswer() throws IOException {
        Screens.assertSame("top-asking.txt", screen(new TopState(view(), false), USUAL));
    }

    @Test
    void theHelp() throws IOException {
        TopState state = state(TopNodes.busy());
        press(state, 'h');
        Screens.assertSame("top-help.txt", screen(state, new Resized(24, 100)));
    }

    @Test
    void aFilterThatIsTyped() throws IOException {
        TopState state = state(TopNodes.busy());
        press(state, '/', 't', 'r', 'a', 'i', 'n');
        Screens.assertSame("top-filter.txt", screen(state, USUAL));
    }

    @Test
    void blockCharactersWhereTheyMayBeDrawn() throws IOException {
        TopState state = new TopState(view(), true);
        for (int i = 0; i < 15; i++) {
            state.see(TopNodes.later(TopNodes.crowded(), i, -1));
        }
        Screens.assertSame("top-blocks.txt", screen(state, WIDE));
    }

    @Test
    void allOfItForAPipe() throws IOException {
        Screens.assertSame("top-once.txt", TopScreen.whole(state(TopNodes.hung()), 120, false));
    }

    @Test
    void inColour() throws IOException {
        Screens.assertSame(
                "top-colour.txt", String.join("\n", TopScreen.draw(state(TopNodes.hung()), WIDE, true)) + "\n");
    }

    @Test
    void noLineIsLongerThanTheTerminalIsWideAndNoneTooMany() {
        for (NodeSample node :
                List.of(TopNodes.busy(), TopNodes.hung(), TopNodes.mig(), TopNodes.noDriver(), TopNodes.crowded())) {
            for (int rows = 1; rows < 40; rows += 3) {
                for (int columns = 1; columns < 140; columns += 7) {
                    TopState state = state(node);
                    List<String> lines = TopScreen.draw(state, new Resized(rows, columns), false);
                    assertThat(lines).hasSize(rows);
                    int width = columns;
                    assertThat(lines).allMatch(line -> line.length() <= width);
                    assertThat(String.join("", lines)).matches("[ -~]*");
                }
            }
        }
    }

    @Test
    void namesCannotSendEscapes() {
        String wide = screen(state(TopNodes.busy()), new Resized(30, 200));
        assertThat(wide).contains("\\u001b[2Jevil").contains("\\u202egnp.exe").doesNotContain("\u001b");
    }

    private static String screen(TopState state, Resized size) {
        return String.join("\n", TopScreen.draw(state, size, false)) + "\n";
    }

    static TopView view() {
        return TopView.of(ProcessSort.GPU, "", Duration.ofSeconds(2));
    }

    static TopState state(NodeSample node) {
        TopState state = new TopState(view(), false);
        state.see(node);
        return state;
    }

    private static void press(TopState state, Object... keys) {
        for (Object key : keys) {
            assertThat(state.press(key instanceof TerminalEvent event ? event : new TerminalEvent.Typed((char) key)))
                    .isTrue();
        }
    }
}
