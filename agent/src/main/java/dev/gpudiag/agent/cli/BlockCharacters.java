package dev.gpudiag.agent.cli;

import java.util.List;
import java.util.Locale;

/** Whether output goes to a terminal that shows block characters. */
final class BlockCharacters {

    private BlockCharacters() {}

    static boolean shown(CommandContext context) {
        String locale = List.of("LC_ALL", "LC_CTYPE", "LANG").stream()
                .map(name -> context.environment().getOrDefault(name, ""))
                .filter(value -> !value.isEmpty())
                .findFirst()
                .orElse("");
        return context.console().colour()
                && locale.toUpperCase(Locale.ROOT).replace("-", "").contains("UTF8");
    }
}
