package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.timeline.EventPage;
import dev.gpudiag.agent.timeline.EventSource;
import dev.gpudiag.checks.CheckSpec.Need;
import dev.gpudiag.checks.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;

/** Opens what the command line asks for. */
public interface NodeSources {

    /**
     * A source that can be sampled.
     *
     * @throws UsageException when the options ask for something that there is not
     * @throws UnusableFileException when a file exists and cannot be used
     */
    NodeSource open(SourceOptions options) throws UsageException, UnusableFileException;

    /** As {@link #open(SourceOptions)}, with the settings that say where things are and how often to read them. */
    default NodeSource open(SourceOptions options, Settings settings) throws UsageException, UnusableFileException {
        return open(options);
    }

    /**
     * As {@link #open(SourceOptions, Settings)}, for checks that need more than driver, GPUs and host.
     *
     * @param needs what is collected in addition, where the source can give it
     */
    default NodeSource open(SourceOptions options, Settings settings, Set<Need> needs)
            throws UsageException, UnusableFileException {
        return open(options, settings);
    }

    /**
     * What happened on the node: for this machine from its agent or the files that it keeps, for a simulated one from the
     * past that its scenario brings.
     */
    default EventSource events(SourceOptions options, Settings settings) throws UsageException, UnusableFileException {
        return query -> new EventPage(List.of(), false, 0);
    }

    /** The scenarios that ship with the product, by name. */
    SortedMap<String, Path> scenarios();
}
