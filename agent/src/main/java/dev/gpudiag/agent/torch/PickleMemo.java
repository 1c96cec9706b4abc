package dev.gpudiag.agent.torch;

import java.util.HashMap;
import java.util.Map;

/**
 * What a pickle can refer back to; pages of it are there only for what was kept, so that the memo of a file with a
 * hundred million dropped entries is empty. Not thread-safe.
 */
final class PickleMemo {

    private static final int PAGE = 256;

    private final HeapBudget budget;
    private final Map<Integer, Object[]> pages = new HashMap<>();
    private int count;
    private boolean inOrder = true;

    PickleMemo(HeapBudget budget) {
        this.budget = budget;
    }

    /** Remembers {@code value} at the next index, as MEMOIZE does; gives the index. */
    int add(Object value) throws TorchFileException {
        if (!inOrder) {
            throw new TorchFileException("MEMOIZE follows a memo index that was out of order");
        }
        int index = count;
        put(index, value);
        return index;
    }

    /** Remembers {@code value}, as PUT does. */
    void put(long index, Object value) throws TorchFileException {
        if (index < 0 || index >= Integer.MAX_VALUE) {
            throw new TorchFileException("memo index " + index + " is impossible");
        }
        if (index == count) {
            count++;
        } else if (index > count) {
            inOrder = false;
        }
        if (value != PickleContainer.Dropped.VALUE || index >= count) {
            keep((int) index, value);
        } else if (pages.containsKey((int) index / PAGE)) {
            pages.get((int) index / PAGE)[(int) index % PAGE] = null;
        }
    }

    /** Holds a value at an index that was put before. */
    void keep(int index, Object value) throws TorchFileException {
        Object[] page = pages.get(index / PAGE);
        if (page == null) {
            budget.charge(PAGE * 4L + HeapBudget.TEXT);
            page = new Object[PAGE];
            pages.put(index / PAGE, page);
        }
        page[index % PAGE] = value;
    }

    Object get(long index) throws TorchFileException {
        Object[] page = index < 0 || index >= Integer.MAX_VALUE ? null : pages.get((int) index / PAGE);
        Object value = page == null ? null : page[(int) index % PAGE];
        if (value != null) {
            return value;
        }
        if (index < 0 || index >= count) {
            throw new TorchFileException("memo index " + index + " was never put");
        }
        return PickleContainer.Dropped.VALUE;
    }
}
