package dev.gpudiag.nvml;

import static dev.gpudiag.nvml.Layouts.nvmlFieldValue_t.fieldId;
import static dev.gpudiag.nvml.Layouts.nvmlFieldValue_t.latencyUsec;
import static dev.gpudiag.nvml.Layouts.nvmlFieldValue_t.nvmlReturn;
import static dev.gpudiag.nvml.Layouts.nvmlFieldValue_t.scopeId;
import static dev.gpudiag.nvml.Layouts.nvmlFieldValue_t.sizeof;
import static dev.gpudiag.nvml.Layouts.nvmlFieldValue_t.timestamp;
import static dev.gpudiag.nvml.Layouts.nvmlFieldValue_t.value;
import static dev.gpudiag.nvml.Layouts.nvmlFieldValue_t.valueType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A batch of field queries that is filled again and again without allocating, and what came back.
 *
 * <p>Each entry has its own return code. Not thread-safe: one batch per thread. See {@link FieldId} for the numbers.
 */
public final class FieldValues {
    private final int[] ids;
    private final int[] scopes;
    private final int[] results;
    private final int[] types;
    private final long[] bits;
    private final long[] timestamps;
    private final long[] latencies;

    private FieldValues(int[] ids, int[] scopes) {
        if (ids.length == 0 || ids.length != scopes.length) {
            throw new IllegalArgumentException(ids.length + " field ids with " + scopes.length + " scopes");
        }
        this.ids = ids.clone();
        this.scopes = scopes.clone();
        this.results = new int[ids.length];
        this.types = new int[ids.length];
        this.bits = new long[ids.length];
        this.timestamps = new long[ids.length];
        this.latencies = new long[ids.length];
        forget();
    }

    public static FieldValues of(int... ids) {
        return new FieldValues(ids, new int[ids.length]);
    }

    /** Field ids with the scope of each: a link number for NVLink fields, else 0. */
    public static FieldValues scoped(int[] ids, int[] scopes) {
        return new FieldValues(ids, scopes);
    }

    public int size() {
        return ids.length;
    }

    public int fieldId(int entry) {
        return ids[entry];
    }

    public int scopeId(int entry) {
        return scopes[entry];
    }

    /** NO_DATA until the batch has been read. */
    public NvmlReturn result(int entry) {
        return NvmlReturn.of(results[entry]);
    }

    /** Meaningful only where {@link #result} is SUCCESS. */
    public NvmlValue value(int entry) {
        return new NvmlValue(types[entry], bits[entry]);
    }

    public FieldValue get(int entry) {
        return new FieldValue(
                ids[entry], scopes[entry], result(entry), timestamps[entry], latencies[entry], value(entry));
    }

    public List<FieldValue> toList() {
        List<FieldValue> values = new ArrayList<>(size());
        for (int i = 0; i < size(); i++) {
            values.add(get(i));
        }
        return values;
    }

    int bytes() {
        return size() * sizeof;
    }

    /** What an earlier read left is not an answer to this one. */
    void forget() {
        Arrays.fill(results, NvmlReturn.NO_DATA.code());
    }

    void write(Scratch memory) {
        for (int i = 0; i < size(); i++) {
            memory.putInt(i * sizeof + fieldId, ids[i]).putInt(i * sizeof + scopeId, scopes[i]);
        }
    }

    void read(Scratch memory) {
        for (int i = 0; i < size(); i++) {
            int at = i * sizeof;
            results[i] = memory.int32(at + nvmlReturn);
            types[i] = memory.int32(at + valueType);
            bits[i] = memory.int64(at + value);
            timestamps[i] = memory.int64(at + timestamp);
            latencies[i] = memory.int64(at + latencyUsec);
        }
    }
}
