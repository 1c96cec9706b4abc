package dev.gpudiag.agent.simulation;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * A file of a simulated host that a scenario describes.
 *
 * @param path absolute, from the host's root
 * @param content what it holds at a time of the scenario; empty where there is no such file
 */
record HostFile(String path, Function<Duration, Optional<String>> content) {

    static HostFile constant(String path, String line) {
        return new HostFile(path, at -> Optional.of(line + "\n"));
    }

    /** One line that is written anew as time passes. */
    static HostFile line(String path, Function<Duration, String> line) {
        return new HostFile(path, at -> Optional.of(line.apply(at) + "\n"));
    }
}
