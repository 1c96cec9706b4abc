package dev.gpudiag.agent.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VisibleTextTest {

    @ParameterizedTest
    @CsvSource({"python3", "训练器-0", "Größe 51 °C ≤ 83", "מודל", "😀 smile"})
    void lettersOfEveryScriptStay(String text) {
        assertThat(VisibleText.of(text, 100)).isEqualTo(text);
    }

    @Test
    void whatCannotBeSeenOrTurnsTheDirectionBecomesItsEscape() {
        assertThat(VisibleText.of("a\u202eexe.b\u200f\u2066\u061c", 100))
                .isEqualTo("a\\u202eexe.b\\u200f\\u2066\\u061c");
        assertThat(VisibleText.of("zero\u200bwidth\ufeff", 100)).isEqualTo("zero\\u200bwidth\\ufeff");
        assertThat(VisibleText.of("\u001b[31mred\u0000\u007f\u0085", 100))
                .isEqualTo("\\u001b[31mred\\u0000\\u007f\\u0085");
        assertThat(VisibleText.of("half \ud83d and \ude00", 100)).isEqualTo("half \\ud83d and \\ude00");
        assertThat(VisibleText.of("lines\u2028of\nmany\tkinds", 100)).isEqualTo("lines\\u2028of many kinds");
        assertThat(VisibleText.of("\ue000\ufdd0", 100)).isEqualTo("\\ue000\\ufdd0");
    }

    @Test
    void moreThanTwoMarksOnOneLetterDoNotCoverWhatStandsAroundIt() {
        assertThat(VisibleText.of("e\u0301\u0323", 100)).isEqualTo("e\u0301\u0323");
        assertThat(VisibleText.of("e\u0301\u0301\u0301\u0301x\u0301", 100))
                .isEqualTo("e\u0301\u0301\\u0301\\u0301x\u0301");
    }

    @Test
    void aLongTextIsCutBetweenCharactersAndSaysByHowMuch() {
        assertThat(VisibleText.of("x".repeat(10_000), 120)).isEqualTo("x".repeat(120) + "… (9880 more characters)");
        assertThat(VisibleText.of("😀".repeat(3), 4)).isEqualTo("😀😀… (2 more characters)");
        assertThat(VisibleText.of("x".repeat(120), 120)).hasSize(120);
    }
}
