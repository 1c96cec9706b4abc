package dev.gpudiag.agent.torch;

import java.util.ArrayList;
import java.util.List;

/** A list or tuple; one of traces keeps the entries that matter, and counts all. Not thread-safe. */
final class PickleList implements PickleContainer {

    private final Region region;
    private final List<Object> items = new ArrayList<>(2);
    private long length;
    private int height = 1;

    PickleList(Region region) {
        this.region = region;
    }

    @Override
    public Region region() {
        return region;
    }

    void add(Object item) {
        items.add(item);
        length++;
    }

    /** Counts an item that is not kept. */
    void skip() {
        length++;
    }

    /** The items that were kept. */
    List<Object> items() {
        return items;
    }

    /** How many items it has in the file. */
    long length() {
        return length;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public void holds(PickleContainer child) {
        height = Math.max(height, child.height() + 1);
    }
}
