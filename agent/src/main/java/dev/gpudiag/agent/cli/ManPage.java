package dev.gpudiag.agent.cli;

import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The manual page of one command, in roff with the macros of man(7). */
final class ManPage {

    private final StringBuilder page = new StringBuilder();
    private final CommandSpec command;

    private ManPage(CommandSpec command) {
        this.command = command;
    }

    /** Its name without the section: {@code gpudiag-check}. */
    static String name(CommandSpec command) {
        return command.qualifiedName("-");
    }

    static String of(CommandSpec command, String version) {
        return new ManPage(command).write(version);
    }

    private String write(String version) {
        String title = name(command);
        macro("TH \"" + text(title.toUpperCase(Locale.ROOT)) + "\" 1 \"\" \"gpudiag " + text(version) + "\"");
        section("NAME");
        line(text(title) + " \\- " + text(description(command)));
        section("SYNOPSIS");
        line("\\fB" + text(command.qualifiedName()) + "\\fR [\\fIOPTION\\fR]..." + parameters());
        positional();
        options();
        commands();
        footer();
        section("SEE ALSO");
        line(seeAlso());
        return page.toString();
    }

    private String parameters() {
        StringBuilder words = new StringBuilder(command.subcommands().isEmpty() ? "" : " \\fICOMMAND\\fR");
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            String label = "\\fI" + text(parameter.paramLabel()) + "\\fR"
                    + (parameter.arity().max() > 1 ? "..." : "");
            words.append(parameter.arity().min() > 0 ? " " + label : " [" + label + "]");
        }
        return words.toString();
    }

    private void positional() {
        if (!command.positionalParameters().isEmpty()) {
            section("PARAMETERS");
        }
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            macro("TP");
            line("\\fI" + text(parameter.paramLabel()) + "\\fR");
            line(text(String.join(" ", parameter.description())));
        }
    }

    private void options() {
        section("OPTIONS");
        for (OptionSpec option : command.options()) {
            String value = option.arity().max() > 0 ? "=\\fI" + text(option.paramLabel()) + "\\fR" : "";
            List<String> names = List.of(option.names()).stream()
                    .map(name -> "\\fB" + text(name) + "\\fR" + value)
                    .toList();
            macro("TP");
            line(String.join(", ", names));
            line(text(String.join(" ", option.description())));
        }
    }

    private void commands() {
        if (!command.subcommands().isEmpty()) {
            section("COMMANDS");
        }
        for (CommandLine sub : command.subcommands().values()) {
            if (sub.getCommandSpec().usageMessage().hidden()) {
                continue;
            }
            macro("TP");
            line("\\fB" + text(sub.getCommandName()) + "\\fR");
            line(text(description(sub.getCommandSpec())));
        }
    }

    private void footer() {
        List<String> lines = List.of(command.usageMessage().footer()).stream()
                .dropWhile(String::isBlank)
                .toList();
        if (lines.isEmpty()) {
            return;
        }
        section("NOTES");
        macro("nf");
        lines.forEach(note -> line(text(note)));
        macro("fi");
    }

    private String seeAlso() {
        return command.parent() != null
                ? "\\fB" + text(name(command.parent())) + "\\fR(1)"
                : String.join(
                        ", ",
                        command.subcommands().values().stream()
                                .map(CommandLine::getCommandSpec)
                                .filter(sub -> !sub.usageMessage().hidden())
                                .map(sub -> "\\fB" + text(name(sub)) + "\\fR(1)")
                                .toList());
    }

    private static String description(CommandSpec command) {
        return String.join(" ", command.usageMessage().description());
    }

    private static String text(String words) {
        return words.replace("%%", "%").replace("\\", "\\e").replace("-", "\\-");
    }

    private void section(String title) {
        macro("SH " + title);
    }

    private void macro(String words) {
        page.append('.').append(words).append('\n');
    }

    /** A line that no text turns into a request. */
    private void line(String words) {
        page.append(words.startsWith(".") || words.startsWith("'") ? "\\&" : "")
                .append(words)
                .append('\n');
    }
}
