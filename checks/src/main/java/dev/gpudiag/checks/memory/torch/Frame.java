package dev.gpudiag.checks.memory.torch;

import static java.util.Objects.requireNonNull;

/**
 * One frame of the stack that made an allocation.
 *
 * @param line 0 where it is not known
 */
public record Frame(String file, String function, long line) {

    public Frame {
        requireNonNull(file, "file is null");
        requireNonNull(function, "function is null");
    }

    /** Whether it is Python code outside PyTorch's own packages. */
    boolean isOfUser() {
        return isPython()
                && !file.contains("/torch/")
                && !file.contains("/site-packages/")
                && !file.contains("/dist-packages/")
                && !file.startsWith("<");
    }

    /** Whether it is C++ code of the allocator, which is in every stack. */
    boolean isOfAllocator() {
        return function.startsWith("torch::unwind")
                || function.startsWith("torch::CapturedTraceback")
                || function.startsWith("c10::")
                || function.equals("??");
    }

    boolean isPython() {
        return file.endsWith(".py");
    }

    /** {@code function at file.py:12}, with the last two parts of the path. */
    public String describe() {
        int slash = file.lastIndexOf('/');
        int before = slash < 0 ? -1 : file.lastIndexOf('/', slash - 1);
        String place = file.substring(before + 1);
        return place.isEmpty() || place.equals("??") ? function : function + " at " + place + ":" + line;
    }
}
