package dev.gpudiag.agent.cli;

/** The agent that samples, judges and answers over HTTP until it is told to stop. */
@FunctionalInterface
public interface Server {

    /**
     * Serves until the process is asked to end.
     *
     * @return exit code
     * @throws UsageException when the address cannot be used
     * @throws UnusableFileException when a file cannot be used
     * @throws InterruptedException when the calling thread is interrupted
     */
    int serve(ServeOptions options) throws UsageException, UnusableFileException, InterruptedException;
}
