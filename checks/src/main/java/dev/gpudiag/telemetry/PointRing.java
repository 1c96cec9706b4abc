package dev.gpudiag.telemetry;

/**
 * The newest points of one GPU: time stamps and one column of doubles per remembered quantity, without an object each.
 *
 * <p>Grows to its capacity and no further; the oldest point gives way. NaN stands for a value that was not read, and
 * never leaves this package. Not thread-safe.
 */
final class PointRing {

    private static final int FIRST_SIZE = 16;

    private final int capacity;
    private final int columns;
    private long[] times;
    private double[] values;
    private int first;
    private int size;

    PointRing(int capacity, int columns) {
        this.capacity = capacity;
        this.columns = columns;
        times = new long[Math.min(FIRST_SIZE, capacity)];
        values = new double[times.length * columns];
    }

    private PointRing(PointRing other) {
        capacity = other.capacity;
        columns = other.columns;
        times = other.times.clone();
        values = other.values.clone();
        first = other.first;
        size = other.size;
    }

    PointRing copy() {
        return new PointRing(this);
    }

    void add(long millis, double[] point) {
        if (size == times.length && size < capacity) {
            grow();
        }
        if (size == capacity) {
            removeFirst();
        }
        int slot = slot(size);
        times[slot] = millis;
        System.arraycopy(point, 0, values, slot * columns, columns);
        size++;
    }

    void removeOlderThan(long millis) {
        while (size > 0 && times[first] < millis) {
            removeFirst();
        }
    }

    void clear() {
        first = 0;
        size = 0;
    }

    int size() {
        return size;
    }

    long firstTime() {
        return times[first];
    }

    long lastTime() {
        return times[slot(size - 1)];
    }

    long time(int position) {
        return times[slot(position)];
    }

    /** The position of the first point that is not older; the size where all are. */
    int firstSince(long millis) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (time(middle) < millis) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    double value(int position, int column) {
        return values[slot(position) * columns + column];
    }

    long bytes() {
        return (long) Long.BYTES * times.length + (long) Double.BYTES * values.length;
    }

    private void removeFirst() {
        first = (first + 1) % times.length;
        size--;
    }

    private int slot(int position) {
        return (first + position) % times.length;
    }

    private void grow() {
        int length = (int) Math.min(capacity, times.length * 2L);
        long[] moreTimes = new long[length];
        double[] moreValues = new double[length * columns];
        for (int i = 0; i < size; i++) {
            moreTimes[i] = times[slot(i)];
            System.arraycopy(values, slot(i) * columns, moreValues, i * columns, columns);
        }
        times = moreTimes;
        values = moreValues;
        first = 0;
    }
}
