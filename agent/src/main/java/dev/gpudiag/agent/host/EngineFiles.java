package dev.gpudiag.agent.host;

import dev.gpudiag.telemetry.Reading;
import java.util.Optional;

/** What the configuration of one container engine says of runtimes. */
interface EngineFiles {

    /**
     * The runtime that containers get which ask for none.
     *
     * @param program a path, or a name that is looked for in the engine's PATH
     */
    record DefaultRuntime(String engine, String name, String program) {}

    /** The engine's name, as users know it. */
    String engine();

    /** Whether NVIDIA is named anywhere outside comments. */
    boolean namesNvidia();

    /** Empty where it is the engine's own, or not known for sure. */
    Optional<DefaultRuntime> defaultRuntime();

    /** The first file that is there and cannot be read. */
    Optional<Reading<String>> problem();
}
