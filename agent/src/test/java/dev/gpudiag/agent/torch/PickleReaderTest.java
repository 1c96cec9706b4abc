package dev.gpudiag.agent.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gpudiag.agent.torch.PickleContainer.Dropped;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PickleReaderTest {

    private static final long MIB = 1 << 20;

    private static Object read(InputStream in) throws IOException, TorchFileException {
        return new PickleReader(in, Long.MAX_VALUE, 16 * MIB, true).read();
    }

    private static Object read(Pickles pickle) throws IOException, TorchFileException {
        return read(pickle.stream());
    }

    private static String refusal(Pickles pickle) {
        return refusal(pickle.stream());
    }

    private static String refusal(InputStream in) {
        TorchFileException refused = catchThrowableOfType(TorchFileException.class, () -> read(in));
        assertThat(refused).isNotNull();
        return refused.getMessage();
    }

    @ParameterizedTest
    @EnumSource(PickleOpcode.class)
    void everyOpcodeThatCouldCallSomethingIsRefusedByNameAndOffset(PickleOpcode opcode) throws IOException {
        int code = 0;
        while (PickleOpcode.of(code) != opcode) {
            code++;
        }
        Pickles pickle = new Pickles().raw('K', 1, 'K', 2).raw(code);
        if (opcode.refused().isPresent()) {
            assertThat(refusal(pickle)).startsWith("refused: the pickle holds " + opcode + " at offset 6, which ");
        } else {
            try {
                read(pickle);
            } catch (TorchFileException e) {
                assertThat(e).hasMessageNotContaining("refused");
            }
        }
    }

    @Test
    void theOpcodesThatLookUpOrCallAreAmongThoseRefused() {
        for (String name : List.of(
                "GLOBAL",
                "STACK_GLOBAL",
                "REDUCE",
                "BUILD",
                "INST",
                "OBJ",
                "NEWOBJ",
                "NEWOBJ_EX",
                "PERSID",
                "BINPERSID",
                "EXT1",
                "EXT2",
                "EXT4",
                "NEXT_BUFFER",
                "READONLY_BUFFER",
                "BYTEARRAY8",
                "POP",
                "POP_MARK",
                "DUP")) {
            assertThat(PickleOpcode.valueOf(name).refused()).as(name).isPresent();
        }
    }

    @Test
    void aPickleThatRunsACommandInPythonIsRefused() {
        assertThat(refusal(new Pickles().raw("cposix\nsystem\n(X\u0004\u0000\u0000\u0000exittR")))
                .isEqualTo("refused: the pickle holds GLOBAL at offset 2, which could run code");
    }

    @Test
    void aByteThatIsNoOpcodeIsNamed() {
        assertThat(refusal(new Pickles().raw(0xff))).isEqualTo("not a pickle: byte 0xff at offset 2 is no opcode");
    }

    @Test
    void numbersOfAllFormsAreRead() throws Exception {
        PickleList list = (PickleList) read(new Pickles()
                .raw("](")
                .raw('K', 255, 'M', 0xff, 0xff, 'J', 0xff, 0xff, 0xff, 0xff)
                .raw(0x8a, 0)
                .raw(0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0x80, 0)
                .raw(0x8b, 1, 0, 0, 0, 0x80)
                .raw(0x8a, 10, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
                .raw("I-12\nL18446744073709551615L\nI01\nF1.5\nG")
                .raw(0x3f, 0xf8, 0, 0, 0, 0, 0, 0)
                .raw("N")
                .raw(0x88, 0x89)
                .raw("e"));
        assertThat(list.items())
                .containsExactly(
                        255L,
                        65535L,
                        -1L,
                        0L,
                        BigInteger.TWO.pow(63),
                        -128L,
                        Dropped.VALUE,
                        -12L,
                        BigInteger.TWO.pow(64).subtract(BigInteger.ONE),
                        true,
                        1.5,
                        1.5,
                        null,
                        true,
                        false);
    }

    @Test
    void textsOfAllFormsAreReadAndOverlongOnesLetGo() throws Exception {
        PickleList list = (PickleList) read(new Pickles()
                .raw("](")
                .raw(0x8c, 2)
                .raw("ab")
                .raw("Va\\u00e9\\U0001f600\n")
                .raw(0x8d, 1, 0, 0, 0, 0, 0, 0, 0)
                .raw("z")
                .text("x".repeat(5000))
                .raw("e"));
        assertThat(list.items()).containsExactly("ab", "a\u00e9\ud83d\ude00", "z", Dropped.VALUE);
        assertThat(refusal(new Pickles().raw("Va\\u00g\n"))).contains("broken escape");
    }

    @Test
    void markedNestingEndsAtSixtyFour() throws Exception {
        assertThat(read(new Pickles().raw("](".repeat(64)).raw("e".repeat(64)))).isInstanceOf(PickleList.class);
        assertThat(refusal(new Pickles().raw("](".repeat(65)).raw("e".repeat(65))))
                .contains("nested deeper than 64");
        assertThat(refusal(new Pickles().raw("(".repeat(100_000)))).contains("nested deeper than 64");
    }

    @Test
    void nestingWithoutMarksEndsAtSixtyFourToo() throws Exception {
        assertThat(read(new Pickles().raw("]".repeat(64)).raw("a".repeat(63)))).isInstanceOf(PickleList.class);
        assertThat(refusal(new Pickles().raw("]".repeat(65)).raw("a".repeat(64))))
                .contains("nested deeper than 64");
    }

    @Test
    void aListInsideItselfEnds() {
        // [..., BINPUT 0, then APPEND(BINGET 0) for ever]
        assertThat(refusal(new Pickles().raw("]q\u0000").raw("h\u0000a".repeat(100))))
                .contains("nested deeper than 64");
    }

    @Test
    void lengthsThatTheFileDoesNotHaveTakeNoMemory() {
        assertThat(refusal(new Pickles().raw('X', 0xff, 0xff, 0xff, 0xff))).contains("ends at byte");
        assertThat(refusal(new Pickles().raw(0x8b, 0xff, 0xff, 0xff, 0x7f))).contains("ends at byte");
        assertThat(refusal(new Pickles().raw(0x8d, 0, 0, 0, 0, 0, 0, 0, 0x40))).contains("ends at byte");
        assertThat(refusal(new Pickles().raw(0x8d, 0, 0, 0, 0, 0, 0, 0, 0x80))).contains("impossible");
        assertThat(refusal(new Pickles().raw('r', 0xff, 0xff, 0xff, 0xff))).contains("needs");
        assertThat(refusal(new Pickles().raw("Nr").raw(0xff, 0xff, 0xff, 0xff))).contains("memo index");
    }

    @Test
    void memoIndicesAreKeptRightAndUnknownOnesRefused() throws Exception {
        PickleList list = (PickleList) read(new Pickles()
                .raw("](")
                .text("first")
                .raw(0x94)
                .text("second")
                .raw(0x94)
                .raw('h', 0, 'h', 1)
                .raw("e"));
        assertThat(list.items()).containsExactly("first", "second", "first", "second");
        assertThat(refusal(new Pickles().raw('h', 3))).contains("memo index 3 was never put");
        assertThat(refusal(new Pickles().raw("Kxq").raw(7).raw("Kx").raw(0x94))).contains("out of order");
    }

    @Test
    void valuesBeyondTheHeapBudgetAreRefused() {
        Pickles many = new Pickles().raw("](");
        for (int i = 0; i < 400_000; i++) {
            many.raw("]");
        }
        assertThat(refusal(many.raw("e"))).contains("than fit into 16 MiB");
        Pickles holes = new Pickles();
        for (int i = 0; i < 20_000; i++) {
            holes.raw('N', 'r', 0, i & 0xff, (i >> 8) & 0xff, 1);
        }
        assertThat(refusal(holes)).contains("than fit into 16 MiB");
    }

    @Test
    void looseValuesWithoutEndAreRefused() {
        assertThat(refusal(new Pickles().raw("N".repeat(2_000_000)))).contains("loose values");
    }

    @Test
    void aDictionaryWithManyKeysIsRefused() {
        Pickles pickle = new Pickles().raw("}(");
        for (int i = 0; i < 300; i++) {
            pickle.text("key" + i).number(i);
        }
        assertThat(refusal(pickle.raw("u"))).contains("more than 256 keys");
    }

    @Test
    void opcodesThatFindNothingToWorkOnAreRefused() {
        for (String opcodes :
                List.of("a", "s", "e", "u", "t", "l", "d", "\u0094", "Na", "NNs", "(e", "N(e", "}(Nu", "](NNu", "NN")) {
            assertThat(refusal(new Pickles()
                            .raw(opcodes.replace("\u0094", ""))
                            .raw(opcodes.equals("\u0094") ? 0x94 : 'N')))
                    .as(opcodes)
                    .isNotEmpty();
        }
        assertThat(refusal(new ByteArrayInputStream(new byte[] {(byte) 0x80, 6, 'N', '.'})))
                .contains("protocol 6 is newer");
    }

    @Test
    void aStreamOfMillionsOfTraceEntriesTakesNoMemory() throws Exception {
        // one device with entries of eight keys, texts and frames of their own, all in the memo
        byte[] head = new Pickles().raw("}(").text("device_traces").raw("](](").bytes();
        byte[] entry = entry();
        long entries = 1_000_000;
        InputStream pickle = new Repeated(Arrays.copyOf(head, head.length - 1), entry, entries, tail());
        PickleReader reader = new PickleReader(pickle, Long.MAX_VALUE, MIB, true);
        PickleDict top = (PickleDict) reader.read();
        PickleList traces = (PickleList) top.get("device_traces").orElseThrow();
        PickleList trace = (PickleList) traces.items().getFirst();
        assertThat(trace.length()).isEqualTo(entries);
        assertThat(trace.items()).isEmpty();
        assertThat(top.get("segments").orElseThrow()).isEqualTo("memo is right: text");
    }

    private static byte[] entry() {
        byte[] whole = new Pickles()
                .raw("}")
                .raw(0x94)
                .raw("(")
                .text("action")
                .text("alloc")
                .raw(0x94)
                .text("user_metadata")
                .text("one of its own")
                .raw(0x94)
                .text("frames")
                .raw("]")
                .raw(0x94)
                .raw("(}")
                .raw(0x94)
                .raw("(")
                .text("name")
                .text("forward")
                .raw(0x94)
                .raw("ueu")
                .bytes();
        return Arrays.copyOfRange(whole, 2, whole.length - 1);
    }

    private static byte[] tail() {
        // six memo entries per trace entry came before this text
        int index = 6 * 1_000_000;
        byte[] whole = new Pickles()
                .raw("ee")
                .text("segments")
                .text("memo is right: text")
                .raw(0x94)
                .text("other")
                .raw('j', index & 0xff, (index >> 8) & 0xff, (index >> 16) & 0xff, index >>> 24)
                .raw("u")
                .bytes();
        return Arrays.copyOfRange(whole, 2, whole.length);
    }

    /** A head, one part many times, and a tail. */
    private static final class Repeated extends InputStream {

        private final byte[] part;
        private final byte[] tail;
        private byte[] now;
        private int position;
        private long left;

        Repeated(byte[] head, byte[] part, long times, byte[] tail) {
            this.now = head;
            this.part = part;
            this.left = times;
            this.tail = tail;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            while (position == now.length) {
                if (left < 0) {
                    return -1;
                }
                now = left-- > 0 ? part : tail;
                position = 0;
            }
            int count = Math.min(length, now.length - position);
            System.arraycopy(now, position, into, offset, count);
            position += count;
            return count;
        }
    }
}
