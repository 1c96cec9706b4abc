package dev.gpudiag.agent.cli;

import java.util.List;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A completion script for fish, which picocli has none for. */
final class FishCompletion {

    private final StringBuilder script = new StringBuilder();
    private final String program;

    private FishCompletion(String program) {
        this.program = program;
    }

    static String of(CommandSpec root) {
        FishCompletion completion = new FishCompletion(root.name());
        completion.line("-f");
        root.subcommands().forEach((name, line) -> completion.command(name, line));
        return completion.script.toString();
    }

    private void command(String name, CommandLine line) {
        CommandSpec command = line.getCommandSpec();
        if (command.usageMessage().hidden()) {
            return;
        }
        line("-n __fish_use_subcommand -a " + name + " -d "
                + quoted(first(command.usageMessage().description())));
        String within = "-n '__fish_seen_subcommand_from " + name + "' ";
        for (OptionSpec option : command.options()) {
            StringBuilder words = new StringBuilder(within);
            for (String spelling : option.names()) {
                words.append(spelling.startsWith("--") ? "-l " + spelling.substring(2) : "-s " + spelling.substring(1))
                        .append(' ');
            }
            boolean takesValue = option.arity().max() > 0;
            words.append(!takesValue ? "" : candidates(option).isEmpty() ? "-r -F " : "-x " + candidates(option) + " ");
            line(words + "-d " + quoted(first(option.description())));
        }
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            line(within + (candidates(parameter).isEmpty() ? "-F" : candidates(parameter)));
        }
        command.subcommands().keySet().forEach(sub -> line(within + "-a " + sub));
    }

    private static String candidates(ArgSpec argument) {
        if (argument.completionCandidates() == null) {
            return "";
        }
        List<String> values = StreamSupport.stream(
                        argument.completionCandidates().spliterator(), false)
                .toList();
        return values.isEmpty() ? "" : "-a " + quoted(String.join(" ", values));
    }

    private static String first(String[] description) {
        return description.length == 0 ? "" : description[0].replace("%%", "%");
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    private void line(String words) {
        script.append("complete -c ").append(program).append(' ').append(words).append('\n');
    }
}
