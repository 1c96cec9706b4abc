package dev.gpudiag.agent.cli;

import java.nio.file.Path;
import java.util.SortedMap;

/** Opens what the command line asks for. */
public interface NodeSources {

    /**
     * A source that can be sampled.
     *
     * @throws UsageException when the options ask for something that there is not
     * @throws ConfigurationException when a file exists and cannot be used
     */
    NodeSource open(SourceOptions options) throws UsageException, ConfigurationException;

    /** The scenarios that ship with the product, by name. */
    SortedMap<String, Path> scenarios();
}
