package dev.gpudiag.agent.cli;

/** For whom a report is written. */
enum OutputFormat {
    /** A person. */
    TEXT,
    /** One JSON document. */
    JSON,
    /** A JSON object in each line: one for each check, and the verdict last. */
    NDJSON,
    /** A Nagios plugin: status line with performance data, then a line for each problem. */
    NAGIOS,
    /** node-problem-detector: one line of at most 80 characters. */
    NPD
}
