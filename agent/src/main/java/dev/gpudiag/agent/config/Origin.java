package dev.gpudiag.agent.config;

import java.nio.file.Path;

/** Where the value of a setting comes from; what stands later here beats what stands before. */
public sealed interface Origin {

    /** In words: {@code default}, {@code /etc/gpudiag/gpudiag.yaml:3}, {@code $GPUDIAG_SAMPLING_INTERVAL}. */
    String describe();

    /** For machines: {@code default}, {@code file}, {@code environment}, {@code flag}. */
    String kind();

    /** Nobody set it. */
    record Default() implements Origin {
        @Override
        public String describe() {
            return "default";
        }

        @Override
        public String kind() {
            return "default";
        }
    }

    /**
     * A line of the configuration file.
     *
     * @param line from 1
     */
    record Line(Path file, int line) implements Origin {
        @Override
        public String describe() {
            return file + ":" + line;
        }

        @Override
        public String kind() {
            return "file";
        }
    }

    /** An environment variable. */
    record Variable(String name) implements Origin {
        @Override
        public String describe() {
            return "$" + name;
        }

        @Override
        public String kind() {
            return "environment";
        }
    }

    /** An option of the command line, such as {@code --set}. */
    record Flag(String option) implements Origin {
        @Override
        public String describe() {
            return option;
        }

        @Override
        public String kind() {
            return "flag";
        }
    }
}
