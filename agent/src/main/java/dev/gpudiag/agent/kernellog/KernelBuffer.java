package dev.gpudiag.agent.kernellog;

import java.io.Closeable;
import java.io.IOException;

/** The kernel's own log buffer, read record by record from the oldest one; never waits. Not thread-safe. */
interface KernelBuffer extends Closeable {

    /** What a read gave. */
    sealed interface Next {

        /** One record, with its dictionary. */
        record Entry(String text) implements Next {}

        /** Records were overwritten before they were read; the next read gives the oldest that is left. */
        record Overrun() implements Next {}

        /** Nothing more for now. */
        record End() implements Next {}
    }

    Next next() throws IOException;

    @Override
    void close();
}
