package dev.gpudiag.agent.bundle;

import java.io.IOException;

/**
 * One file of a bundle.
 *
 * @param name its path in the bundle
 * @param what what it holds, for the manifest
 */
public record Part(String name, String what, Content content) {

    /** Bytes of a part that are kept; more is a mistake or hostile. */
    static final int MOST_BYTES = 16 << 20;

    /** Reads the text of the part. */
    public interface Content {
        /**
         * The text of the part.
         *
         * @throws IOException with the reason why it cannot be had
         * @throws InterruptedException when its time is over
         */
        String read() throws IOException, InterruptedException;
    }
}
