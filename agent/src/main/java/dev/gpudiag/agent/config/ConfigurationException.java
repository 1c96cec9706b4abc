package dev.gpudiag.agent.config;

import java.util.List;

/** Everything that is wrong in a configuration, each a sentence for the user with its place. */
public final class ConfigurationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String[] problems;

    public ConfigurationException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = problems.toArray(String[]::new);
    }

    public List<String> problems() {
        return List.of(problems);
    }
}
