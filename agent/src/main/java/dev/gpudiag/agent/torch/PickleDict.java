package dev.gpudiag.agent.torch;

import java.util.Arrays;
import java.util.Optional;

/** A small dictionary with texts as keys. Not thread-safe. */
final class PickleDict implements PickleContainer {

    /** No dictionary of a snapshot has as many. */
    static final int KEY_LIMIT = 256;

    private final Region region;
    private Object[] pairs = new Object[12];
    private int used;
    private int memoIndex = -1;
    private int height = 1;

    PickleDict(Region region) {
        this.region = region;
    }

    @Override
    public Region region() {
        return region;
    }

    /** Whether the key was new. */
    boolean put(String key, Object value) throws TorchFileException {
        for (int i = 0; i < used; i += 2) {
            if (pairs[i].equals(key)) {
                pairs[i + 1] = value;
                return false;
            }
        }
        if (used == 2 * KEY_LIMIT) {
            throw new TorchFileException("a dictionary has more than " + KEY_LIMIT + " keys");
        }
        if (used == pairs.length) {
            pairs = Arrays.copyOf(pairs, used * 2);
        }
        pairs[used++] = key;
        pairs[used++] = value;
        return true;
    }

    /** The value; empty where the key is not there, or its value is None or was not kept. */
    Optional<Object> get(String key) {
        for (int i = 0; i < used; i += 2) {
            if (pairs[i].equals(key)) {
                return Optional.ofNullable(pairs[i + 1]).filter(value -> value != Dropped.VALUE);
            }
        }
        return Optional.empty();
    }

    /** Where the memo would hold it, -1 where it does not. */
    int memoIndex() {
        return memoIndex;
    }

    void memoizedAt(int index) {
        memoIndex = index;
    }

    /** How many containers are nested in it, itself included. */
    @Override
    public int height() {
        return height;
    }

    @Override
    public void holds(PickleContainer child) {
        height = Math.max(height, child.height() + 1);
    }
}
