package dev.gpudiag.agent.report;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;

/** Indices of GPUs in few words: {@code 0-3,7}. */
public final class GpuNumbers {

    private GpuNumbers() {}

    /** Runs of at least three are one range; empty for none. */
    public static String ranges(NavigableSet<Integer> numbers) {
        if (numbers.isEmpty()) {
            return "";
        }
        List<String> ranges = new ArrayList<>();
        int first = numbers.first();
        int last = first;
        for (int number : numbers) {
            if (number > last + 1) {
                ranges.add(range(first, last));
                first = number;
            }
            last = number;
        }
        ranges.add(range(first, last));
        return String.join(",", ranges);
    }

    private static String range(int first, int last) {
        return first == last ? String.valueOf(first) : first + (last == first + 1 ? "," : "-") + last;
    }
}
