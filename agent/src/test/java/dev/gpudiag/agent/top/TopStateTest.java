package dev.gpudiag.agent.top;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.terminal.TerminalEvent;
import dev.gpudiag.agent.terminal.TerminalEvent.SpecialKey;
import dev.gpudiag.agent.terminal.TerminalEvent.Typed;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TopStateTest {

    private final TopState state = TopScreenTest.state(TopNodes.busy());

    @Test
    void eachSortKeyHasItsOrder() {
        press("m");
        assertThat(pids()).startsWith(4711L, 4713L, 4716L).endsWith(4714L);
        press("u");
        assertThat(pids()).containsExactly(4711L, 4715L, 4713L, 4716L, 4712L, 4714L);
        press("p");
        assertThat(pids()).isSorted();
        press("n");
        assertThat(users()).containsExactly("alice", "bob", "carol", "dave", "root", "-");
        press("w");
        assertThat(pids()).startsWith(4712L).endsWith(4716L);
        press("g");
        assertThat(pids()).containsExactly(4711L, 4712L, 4713L, 4714L, 4716L, 4715L);
    }

    @Test
    void theOtherWayRoundWhatIsNotKnownStillComesLast() {
        press("mr");
        assertThat(pids()).startsWith(4712L, 4715L).endsWith(4714L);
        press("nr");
        assertThat(users()).startsWith("root", "dave").endsWith("-");
    }

    @Test
    void aFilterIsHeldAgainstAllThatIsShownWhateverTheCase() {
        press("/");
        press("LLAMA");
        assertThat(pids()).containsExactly(4711L);
        state.press(SpecialKey.BACKSPACE);
        state.press(SpecialKey.ENTER);
        assertThat(state.view().filter()).isEqualTo("LLAM");
        state.press(SpecialKey.ESCAPE);
        assertThat(pids()).hasSize(6);
        press("/slurm job 42");
        assertThat(pids()).containsExactly(4712L);
    }

    @Test
    void keysAreTextWhileAFilterIsTyped() {
        press("/q");
        assertThat(state.view().filter()).isEqualTo("q");
        press("x".repeat(500));
        assertThat(state.view().filter()).hasSize(64);
    }

    @Test
    void qEnds() {
        assertThat(state.press(new Typed('q'))).isFalse();
        assertThat(state.press(new Typed('x'))).isTrue();
    }

    @Test
    void aHeldScreenKeepsItsSample() {
        press(" ");
        state.see(TopNodes.mig());
        assertThat(pids()).hasSize(6);
        press(" ");
        state.see(TopNodes.mig());
        assertThat(pids()).containsExactly(52011L);
    }

    @Test
    void scrollingEndsAtBothEnds() {
        state.press(SpecialKey.UP);
        assertThat(state.view().scroll()).isZero();
        state.press(SpecialKey.END);
        assertThat(state.view().scroll()).isEqualTo(5);
        state.press(SpecialKey.UP);
        assertThat(state.view().scroll()).isEqualTo(4);
        state.press(SpecialKey.HOME);
        assertThat(state.view().scroll()).isZero();
    }

    @Test
    void theIntervalStaysWithinItsBounds() {
        press("----------");
        assertThat(state.view().interval()).isEqualTo(TopView.SHORTEST);
        press("++++++++++++++++++++");
        assertThat(state.view().interval()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void aReadingThatDidNotComeAnewIsNotShownAsIfItWereOfNow() {
        state.see(TopNodes.later(TopNodes.busy(), 4, 2));
        assertThat(state.gpus().get(2).note()).contains("NO ANSWER YET for 4 s");
        assertThat(state.gpus().get(1).note()).isEmpty();
        assertThat(state.trends().utilization(state.gpus().get(2), 3)).isEqualTo(" _ ");
        assertThat(state.trends().utilization(state.gpus().get(0), 3)).isEqualTo(" ##");
    }

    @Test
    void whatIsRememberedIsBounded() {
        for (int i = 0; i < 500; i++) {
            state.see(TopNodes.later(TopNodes.busy(), i, -1));
        }
        assertThat(state.trends().utilization(state.gpus().getFirst(), 1000)).hasSize(Trends.LENGTH);
        state.see(TopNodes.mig());
        assertThat(state.trends().utilization(state.gpus().getFirst(), 3)).hasSize(3);
    }

    @Test
    void everyOtherKeyDoesNothing() {
        TopView before = state.view();
        for (TerminalEvent key : List.of(new Typed('Z'), SpecialKey.ENTER, SpecialKey.BACKSPACE, new Typed('0'))) {
            state.press(key);
        }
        assertThat(state.view()).isEqualTo(before);
    }

    private void press(String keys) {
        keys.chars().forEach(key -> state.press(new Typed((char) key)));
    }

    private List<Long> pids() {
        return state.processes().stream().map(row -> row.process().pid()).toList();
    }

    private List<String> users() {
        return state.processes().stream().map(ProcessRow::user).toList();
    }
}
