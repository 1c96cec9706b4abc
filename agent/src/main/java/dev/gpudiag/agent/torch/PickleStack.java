package dev.gpudiag.agent.torch;

import dev.gpudiag.agent.torch.PickleContainer.Dropped;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * The stack of the pickle machine: values, and the marks between them.
 *
 * <p>Where a value is not kept, whatever is inside it is counted and not stored; entries of traces leave the stack as soon
 * as they are complete. So its size follows the nesting of the file, not its length. Not thread-safe.
 */
final class PickleStack {

    private static final int DEPTH_LIMIT = 64;
    private static final int SIZE_LIMIT = 1 << 20;

    /** Loose values between two entries of a trace: keys and values of one entry. */
    private static final int LOOSE_LIMIT = 2 * PickleDict.KEY_LIMIT;

    private final ContainerBuilder builder;
    private final Deque<Level> levels = new ArrayDeque<>();
    private Object[] items = new Object[64];
    private int size;

    /** What lies above one mark; the lowest level has none. */
    private static final class Level {
        private final int base;
        private final PickleContainer container;
        private final Region region;
        private long dropped;

        /**
         * @param base size of the stack at the mark
         * @param container the list or dictionary right under the mark; null where there is none
         */
        Level(int base, PickleContainer container, Region region) {
            this.base = base;
            this.container = container;
            this.region = region;
        }

        boolean isDropped() {
            return region == Region.DROPPED;
        }
    }

    PickleStack(ContainerBuilder builder) {
        this.builder = builder;
        levels.push(new Level(0, null, Region.TOP));
    }

    /** Whether values pushed now are only counted. */
    boolean isDropping() {
        return level().isDropped();
    }

    Region region() {
        return level().region;
    }

    void mark() throws TorchFileException {
        if (levels.size() > DEPTH_LIMIT) {
            throw new TorchFileException("nested deeper than " + DEPTH_LIMIT);
        }
        Level level = level();
        if (level.isDropped()) {
            levels.push(new Level(size, null, Region.DROPPED));
            return;
        }
        PickleContainer under =
                size > level.base && items[size - 1] instanceof PickleContainer container ? container : null;
        levels.push(new Level(size, under, under == null ? nextRegion() : under.region()));
    }

    /** Pushes a scalar, or a value of the memo. */
    void push(Object value) throws TorchFileException {
        Level level = level();
        if (level.isDropped()) {
            level.dropped++;
            return;
        }
        if (value instanceof PickleContainer) {
            flush(level);
        }
        if (size == SIZE_LIMIT || (level.region == Region.TRACES && size - level.base > LOOSE_LIMIT)) {
            throw new TorchFileException("more loose values than any snapshot has");
        }
        if (size == items.length) {
            items = Arrays.copyOf(items, size * 2);
        }
        items[size++] = value;
    }

    void pushList() throws TorchFileException {
        flush(level());
        push(isDropping() ? Dropped.VALUE : builder.list(nextRegion()));
    }

    void pushDict() throws TorchFileException {
        flush(level());
        push(isDropping() ? Dropped.VALUE : builder.dict(nextRegion()));
    }

    /** Replaces the topmost {@code count} values by a tuple of them. */
    void tuple(int count) throws TorchFileException {
        Level level = level();
        if (level.isDropped()) {
            require(level.dropped >= count);
            level.dropped -= count - 1;
            return;
        }
        require(size - level.base >= count);
        List<Object> values = above(size - count);
        cut(size - count);
        pushFilled(values);
    }

    /** Replaces what lies above the mark by a list or tuple of it. */
    void listOfMarked() throws TorchFileException {
        Level level = pop();
        List<Object> values = level.isDropped() ? List.of() : above(level.base);
        cut(level.base);
        pushFilled(values);
    }

    private void pushFilled(List<Object> values) throws TorchFileException {
        pushList();
        if (!isDropping() && peek() instanceof PickleList list) {
            for (Object value : values) {
                builder.append(list, value);
            }
        }
    }

    /** Replaces what lies above the mark by a dictionary of it. */
    void dictOfMarked() throws TorchFileException {
        Level level = pop();
        List<Object> values = level.isDropped() ? List.of() : above(level.base);
        require((values.size() + level.dropped) % 2 == 0);
        cut(level.base);
        pushDict();
        if (!isDropping() && peek() instanceof PickleDict dict) {
            for (int i = 0; i < values.size(); i += 2) {
                builder.put(dict, values.get(i), values.get(i + 1));
            }
        }
    }

    /** APPEND and SETITEM: puts the topmost {@code count} values, 1 or 2, into the container under them. */
    void putTop(int count) throws TorchFileException {
        Level level = level();
        if (level.isDropped()) {
            require(level.dropped > count);
            level.dropped -= count;
            return;
        }
        require(size - level.base > count);
        put(items[size - count - 1], above(size - count), count == 1);
        cut(size - count);
    }

    /** APPENDS and SETITEMS: puts what lies above the mark into the container under it. */
    void putMarked(boolean asList) throws TorchFileException {
        Level level = pop();
        if (level.isDropped()) {
            require(asList || level.dropped % 2 == 0);
            require(isDropping() ? level().dropped > 0 : size > level().base && items[size - 1] == Dropped.VALUE);
            return;
        }
        require(level.container != null);
        put(level.container, above(level.base), asList);
        cut(level.base);
    }

    private void put(Object container, List<Object> values, boolean asList) throws TorchFileException {
        switch (container) {
            case PickleList list
            when asList -> {
                for (Object value : values) {
                    builder.append(list, value);
                }
            }
            case PickleDict dict
            when !asList -> {
                require(values.size() % 2 == 0);
                for (int i = 0; i < values.size(); i += 2) {
                    builder.put(dict, values.get(i), values.get(i + 1));
                }
            }
            case Dropped ignored -> {}
            case null, default -> require(false);
        }
    }

    /** The value on top; {@link Dropped} where values are only counted. */
    Object peek() throws TorchFileException {
        Level level = level();
        require(level.isDropped() ? level.dropped > 0 : size > level.base);
        return level.isDropped() ? Dropped.VALUE : items[size - 1];
    }

    /** The one value that is left at the end. */
    Object result() throws TorchFileException {
        if (levels.size() != 1 || size != 1) {
            throw new TorchFileException("the pickle ends with " + size + " values where one was due");
        }
        return items[0];
    }

    /** An entry of a trace is complete once another container follows it in its list. */
    private void flush(Level level) throws TorchFileException {
        if (level.container instanceof PickleList list && list.region() == Region.TRACES && size > level.base) {
            Object top = items[size - 1];
            boolean ofKey = size - 1 > level.base && items[size - 2] instanceof String;
            if (top instanceof PickleDict || (top == Dropped.VALUE && !ofKey)) {
                builder.append(list, top);
                cut(size - 1);
            }
        }
    }

    /** The region of a container that is pushed next. */
    private Region nextRegion() {
        Level level = level();
        if (size == level.base) {
            return level.region;
        }
        Object top = items[size - 1];
        if (top instanceof String key) {
            boolean keyOfMarked = level.container instanceof PickleDict && (size - level.base) % 2 == 1;
            Object owner = keyOfMarked ? level.container : size - 1 > level.base ? items[size - 2] : null;
            if (owner instanceof PickleDict || owner == Dropped.VALUE) {
                return ((PickleContainer) owner).region().under(key);
            }
        }
        boolean itemOfMarked = level.container instanceof PickleList && top == Dropped.VALUE;
        return top instanceof PickleContainer sibling && !itemOfMarked ? sibling.region() : level.region;
    }

    private Level level() {
        return levels.element();
    }

    private Level pop() throws TorchFileException {
        require(levels.size() > 1);
        return levels.pop();
    }

    private List<Object> above(int from) {
        return Arrays.asList(Arrays.copyOfRange(items, from, size));
    }

    private void cut(int to) {
        Arrays.fill(items, to, size, null);
        size = to;
    }

    private static void require(boolean holds) throws TorchFileException {
        if (!holds) {
            throw new TorchFileException("not a pickle: an opcode finds other values on the stack than it needs");
        }
    }
}
