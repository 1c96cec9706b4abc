package dev.gpudiag.agent.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScreenTest {

    @Test
    void whatWasBelowIsErased() {
        assertThat(Screen.draw(List.of("a", "b"), 5)).isEqualTo("\u001b[H\u001b[Ka\r\n\u001b[Kb\r\n\u001b[J");
    }

    @Test
    void aFullScreenDoesNotScroll() {
        assertThat(Screen.draw(List.of("a", "b", "c"), 2)).isEqualTo("\u001b[H\u001b[Ka\r\n\u001b[Kb");
    }
}
