package dev.gpudiag.agent.sampling;

/**
 * Is told which native call each GPU's thread is in, before it is made, so that a crash can name it.
 *
 * <p>Thread-safe, and fast: it is told before every call.
 */
public interface CallTrace {

    /** The slot of calls that are about no GPU: initialisation and what is asked of the driver as a whole. */
    int NODE = -1;

    /** A trace that keeps nothing. */
    CallTrace NONE = new CallTrace() {
        @Override
        public void entered(int gpu, String function) {}

        @Override
        public void left(int gpu) {}
    };

    /**
     * The thread of this GPU is about to make a call.
     *
     * @param gpu NVML's index, or {@link #NODE}
     */
    void entered(int gpu, String function);

    /** The thread of this GPU is back from the driver. */
    void left(int gpu);
}
