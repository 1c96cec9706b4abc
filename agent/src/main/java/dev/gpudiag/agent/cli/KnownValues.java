package dev.gpudiag.agent.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The values of options and parameters that are known beforehand, for shells to complete. */
record KnownValues(CommandContext context) {

    /** Names them in a command and all below it. */
    void addTo(CommandSpec command) {
        for (OptionSpec option : List.copyOf(command.options())) {
            of(option).filter(any -> !option.inherited()).ifPresent(values -> {
                command.remove(option);
                command.addOption(
                        OptionSpec.builder(option).completionCandidates(values).build());
            });
        }
        for (PositionalParamSpec parameter : List.copyOf(command.positionalParameters())) {
            of(parameter).ifPresent(values -> {
                command.remove(parameter);
                command.addPositional(PositionalParamSpec.builder(parameter)
                        .completionCandidates(values)
                        .build());
            });
        }
        command.subcommands().values().forEach(line -> addTo(line.getCommandSpec()));
    }

    private Optional<List<String>> of(ArgSpec argument) {
        List<String> values = new ArrayList<>();
        if (argument.paramLabel().equals("CHECK")) {
            context.checks().forEach(check -> values.add(check.spec().id()));
        } else if (argument instanceof OptionSpec option && option.longestName().equals("--simulate")) {
            values.addAll(context.sources().scenarios().keySet());
        } else if (argument.paramLabel().equals("KEY=VALUE")) {
            context.checks().stream()
                    .flatMap(check -> check.spec().settings().stream())
                    .forEach(setting -> values.add(setting.key() + "="));
        } else if (argument.type().isEnum()) {
            Stream.of(argument.type().getEnumConstants())
                    .forEach(value -> values.add(String.valueOf(value).toLowerCase(Locale.ROOT)));
        }
        return Optional.of(values).filter(known -> !known.isEmpty());
    }
}
