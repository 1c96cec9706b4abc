package dev.gpudiag.agent.cli;

/** Whether status words are coloured. */
enum ColorChoice {
    /** On a terminal, unless NO_COLOR is set or TERM is dumb; CLICOLOR_FORCE colours pipes too. */
    AUTO,
    ALWAYS,
    NEVER
}
