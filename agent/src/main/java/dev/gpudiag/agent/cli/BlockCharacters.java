package dev.gpudiag.agent.cli;

/**
 * Whether the caller's locale shows block characters, as the launcher says: what Java itself runs in is always UTF-8, and says
 * nothing of the caller.
 */
final class BlockCharacters {

    private BlockCharacters() {}

    static boolean shown(CommandContext context) {
        return "1".equals(context.environment().get("GPUDIAG_UTF8"));
    }
}
