package dev.gpudiag.agent.terminal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.terminal.TerminalEvent.Ended;
import dev.gpudiag.agent.terminal.TerminalEvent.Resized;
import dev.gpudiag.agent.terminal.TerminalEvent.SpecialKey;
import dev.gpudiag.agent.terminal.TerminalEvent.Suspended;
import dev.gpudiag.agent.terminal.TerminalEvent.Typed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EventDecoderTest {

    @Test
    void lettersAreTheirCharacters() throws Exception {
        assertThat(events("q/ ~")).containsExactly(c('q'), c('/'), c(' '), c('~'), new Ended());
    }

    @Test
    void arrowsAndTheirKinOfEveryTerminalAreKeys() throws Exception {
        assertThat(events("\u001b[A\u001bOA\u001b[B\u001b[5~\u001b[6~\u001b[1~\u001b[H\u001b[4~\u001bOF\u001b[7~"))
                .containsExactly(
                        SpecialKey.UP,
                        SpecialKey.UP,
                        SpecialKey.DOWN,
                        SpecialKey.PAGE_UP,
                        SpecialKey.PAGE_DOWN,
                        SpecialKey.HOME,
                        SpecialKey.HOME,
                        SpecialKey.END,
                        SpecialKey.END,
                        SpecialKey.HOME,
                        new Ended());
    }

    @Test
    void anEscapeThatStandsAloneIsTheKey() throws Exception {
        assertThat(events("\u001b")).containsExactly(SpecialKey.ESCAPE, new Ended());
        assertThat(events("\u001b\u001b[A")).startsWith(SpecialKey.ESCAPE);
    }

    @Test
    void editingKeysAreKeys() throws Exception {
        assertThat(events("\r\n\u007f\b\t"))
                .containsExactly(
                        SpecialKey.ENTER,
                        SpecialKey.ENTER,
                        SpecialKey.BACKSPACE,
                        SpecialKey.BACKSPACE,
                        SpecialKey.TAB,
                        new Ended());
    }

    @Test
    void newsOfTheTerminalAreTold() throws Exception {
        assertThat(events("\u001b[48;30;100;0;0t\u001b[O\u001b[48;1;1;0;0t"))
                .containsExactly(new Resized(30, 100), new Suspended(), new Resized(1, 1), new Ended());
    }

    @Test
    void aSizeThatCannotBeIsBounded() throws Exception {
        assertThat(events("\u001b[48;0;99999;0;0t")).containsExactly(new Resized(1, 1000), new Ended());
    }

    @Test
    void ctrlCIsTheEnd() throws Exception {
        assertThat(events("\u0003")).startsWith(new Ended());
    }

    @Test
    void whatIsNotKnownIsLeftOut() throws Exception {
        assertThat(events("\u001b[200~\u00e4\u0001\u001b[?62;c\u001b[48;1tq")).containsExactly(c('q'), new Ended());
    }

    @Test
    void anythingMayComeAndNothingPilesUp() throws Exception {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            byte[] bytes = new byte[500];
            random.nextBytes(bytes);
            for (int i = 0; i < bytes.length; i += 3) {
                bytes[i] = (byte) "\u001b[O;t".charAt(random.nextInt(5));
            }
            assertThat(events(new String(bytes, ISO_8859_1))).endsWith(new Ended());
        }
        assertThat(events("\u001b[" + "9".repeat(100_000) + "q")).hasSizeGreaterThan(1);
    }

    private static Typed c(char value) {
        return new Typed(value);
    }

    /** As the reader hears them, all bytes at once. */
    private static List<TerminalEvent> events(String text) throws InterruptedException {
        List<TerminalEvent> heard = new ArrayList<>();
        new TerminalInput(new ByteArrayInputStream(text.getBytes(ISO_8859_1)), heard::add)
                .start()
                .join();
        return heard;
    }

    @Test
    void anInputThatFailsIsTheEnd() throws Exception {
        List<TerminalEvent> heard = new ArrayList<>();
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("closed");
            }

            @Override
            public int read(byte[] into, int from, int length) throws IOException {
                throw new IOException("closed");
            }
        };
        new TerminalInput(broken, heard::add).start().join();
        assertThat(heard).containsExactly(new Ended());
    }
}
