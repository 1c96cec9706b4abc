package dev.gpudiag.agent.torch;

import dev.gpudiag.agent.torch.PickleContainer.Dropped;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads a pickle of plain containers, of any protocol from 0 to 5. It looks nothing up, calls nothing and makes no
 * object but lists, dictionaries, texts and numbers; an opcode that could do more ends the reading.
 *
 * <p>What the analysis of a snapshot does not need is parsed and let go of at once, with the memo indices kept right. One
 * reader reads one pickle. Not thread-safe.
 */
final class PickleReader {

    private static final int NEWEST_PROTOCOL = 5;

    /** Longer texts are no name, and not kept. */
    private static final int TEXT_LIMIT = 4096;

    /** Numbers of more bytes are no address. */
    private static final int NUMBER_LIMIT = 9;

    /** Texts that may occur first in a part that is not kept, and are needed later. */
    private static final Map<String, String> WORDS = Stream.of(
                    ("segments device_traces allocator_settings device address total_size allocated_size active_size "
                                    + "requested_size stream segment_type segment_pool_id is_expandable frames blocks size "
                                    + "state history real_size addr large small active_allocated active_pending_free "
                                    + "active_awaiting_free inactive filename name line action oom device_free time_us "
                                    + "PYTORCH_CUDA_ALLOC_CONF expandable_segments max_split_size "
                                    + "garbage_collection_threshold")
                            .split(" ", -1))
            .collect(Collectors.toUnmodifiableMap(Function.identity(), Function.identity()));

    private final PickleInput in;
    private final HeapBudget budget;
    private final PickleMemo memo;
    private final ContainerBuilder builder;
    private final PickleStack stack;

    /** The word of the format that the last opcode but MEMOIZE has pushed; null where it pushed another value. */
    private String lastWord;

    /**
     * @param limit bytes of input after which the file is refused
     * @param heap bytes that the values may take
     * @param keepsFrames whether stack frames of blocks are kept
     */
    PickleReader(InputStream in, long limit, long heap, boolean keepsFrames) {
        this.in = new PickleInput(in, limit);
        this.budget = new HeapBudget(heap);
        this.memo = new PickleMemo(budget);
        this.builder = new ContainerBuilder(budget, memo, keepsFrames);
        this.stack = new PickleStack(builder);
    }

    /** Whether frames were left out because there were too many. */
    boolean framesLeftOut() {
        return builder.framesLeftOut();
    }

    /** The object that the pickle holds. */
    Object read() throws IOException, TorchFileException {
        while (true) {
            long offset = in.offset();
            int code = in.next();
            PickleOpcode opcode = PickleOpcode.of(code);
            if (opcode == null) {
                throw new TorchFileException(String.format(
                        Locale.ROOT, "not a pickle: byte 0x%02x at offset %d is no opcode", code, offset));
            }
            if (opcode.refused().isPresent()) {
                throw new TorchFileException("refused: the pickle holds " + opcode + " at offset " + offset + ", which "
                        + opcode.refused().get());
            }
            if (opcode == PickleOpcode.STOP) {
                return stack.result();
            }
            if (!opcode.memoizes()) {
                lastWord = null;
            }
            try {
                run(opcode);
            } catch (TorchFileException e) {
                throw new TorchFileException(e.getMessage() + " (" + opcode + " at offset " + offset + ")", e);
            }
        }
    }

    private void run(PickleOpcode opcode) throws IOException, TorchFileException {
        switch (opcode) {
            case PROTO -> protocol(in.next());
            case FRAME -> in.unsigned(8);
            case MARK -> stack.mark();
            case NONE -> stack.push(null);
            case NEWTRUE -> stack.push(true);
            case NEWFALSE -> stack.push(false);
            case EMPTY_LIST -> stack.pushList();
            case EMPTY_DICT -> stack.pushDict();
            case APPEND -> stack.putTop(1);
            case SETITEM -> stack.putTop(2);
            case APPENDS -> stack.putMarked(true);
            case SETITEMS -> stack.putMarked(false);
            case LIST, TUPLE -> stack.listOfMarked();
            case DICT -> stack.dictOfMarked();
            case EMPTY_TUPLE -> stack.tuple(0);
            case TUPLE1 -> stack.tuple(1);
            case TUPLE2 -> stack.tuple(2);
            case TUPLE3 -> stack.tuple(3);
            case INT, LONG, BININT, BININT1, BININT2, LONG1, LONG4, FLOAT, BINFLOAT -> stack.push(number(opcode));
            case UNICODE -> text(PickleText.unescaped(in.line()));
            case SHORT_BINUNICODE -> text(in.next());
            case BINUNICODE -> text(in.unsigned(4));
            case BINUNICODE8 -> text(in.unsigned(8));
            case GET -> stack.push(memo.get(index(in.line())));
            case BINGET -> stack.push(memo.get(in.next()));
            case LONG_BINGET -> stack.push(memo.get(in.unsigned(4)));
            case PUT -> memoize(index(in.line()));
            case BINPUT -> memoize(in.next());
            case LONG_BINPUT -> memoize(in.unsigned(4));
            case MEMOIZE -> memoize(-1);
            default -> throw new IllegalStateException(opcode + " is accepted and not handled");
        }
    }

    private static void protocol(int version) throws TorchFileException {
        if (version > NEWEST_PROTOCOL) {
            throw new TorchFileException("pickle protocol " + version + " is newer than " + NEWEST_PROTOCOL);
        }
    }

    private Object number(PickleOpcode opcode) throws IOException, TorchFileException {
        return switch (opcode) {
            case INT, LONG -> PickleText.number(in.line());
            case FLOAT -> PickleText.decimal(in.line());
            case BININT -> (long) (int) in.unsigned(4);
            case BININT1 -> (long) in.next();
            case BININT2 -> in.unsigned(2);
            case BINFLOAT -> Double.longBitsToDouble(Long.reverseBytes(bits()));
            case LONG1 -> integer(in.next());
            default -> integer(in.unsigned(4));
        };
    }

    private long bits() throws IOException, TorchFileException {
        return in.unsigned(4) | (in.unsigned(4) << 32);
    }

    private Object integer(long bytes) throws IOException, TorchFileException {
        if (bytes > NUMBER_LIMIT) {
            in.skip(bytes);
            return Dropped.VALUE;
        }
        BigInteger value = in.signed((int) bytes);
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
    }

    private void text(long length) throws IOException, TorchFileException {
        if (length > TEXT_LIMIT) {
            in.skip(length);
            stack.push(Dropped.VALUE);
        } else {
            text(in.text((int) length));
        }
    }

    private void text(String text) throws TorchFileException {
        String word = WORDS.get(text);
        if (word == null && !stack.isDropping() && stack.region() != Region.TRACES) {
            budget.charge(HeapBudget.TEXT + text.length());
        }
        lastWord = word;
        stack.push(word == null ? text : word);
    }

    private static long index(String line) throws TorchFileException {
        return PickleText.number(line) instanceof Long index ? index : -1;
    }

    /**
     * Remembers the value on top.
     *
     * @param index where, or -1 for the next index
     */
    private void memoize(long index) throws TorchFileException {
        Object value = kept(stack.peek());
        int at = (int) index;
        if (index < 0) {
            at = memo.add(value);
        } else {
            memo.put(index, value);
        }
        if (!stack.isDropping() && stack.peek() instanceof PickleDict dict && dict.region() == Region.TRACES) {
            dict.memoizedAt(at);
        }
    }

    /** What the memo holds of a value: of traces, and of what is dropped, only the words of the format. */
    private Object kept(Object value) {
        if (stack.isDropping()) {
            return lastWord == null ? Dropped.VALUE : lastWord;
        }
        boolean ofTrace = value instanceof PickleDict dict && dict.region() == Region.TRACES;
        boolean loose = value instanceof String && stack.region() == Region.TRACES && lastWord == null;
        return value == null || ofTrace || loose ? Dropped.VALUE : value;
    }
}
