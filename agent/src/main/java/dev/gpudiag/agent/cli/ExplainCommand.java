package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.config.Suggestions;
import dev.gpudiag.agent.report.Explanations;
import dev.gpudiag.agent.report.JsonText;
import dev.gpudiag.agent.report.Printable;
import dev.gpudiag.checks.explain.Explainer;
import dev.gpudiag.checks.explain.Explanation;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gpudiag explain}: what a name or number means, and what to do. */
@Command(
        name = "explain",
        description = "Say what a check, Xid, SXid, NVML return code, CUDA error or clocks reason means; offline.",
        footer = {
            "",
            "Examples:   gpudiag explain xid 79",
            "            gpudiag explain cudaErrorInsufficientDriver",
            "            gpudiag explain 0x48",
            "Without a topic: the kinds of topics. Exit code 64 where nothing is known of the topic."
        })
final class ExplainCommand implements Callable<Integer> {

    private static final int WIDTH = 60;
    private static final Pattern NUMBERED = Pattern.compile("(?i)((xid|sxid|nvml|cuda)[\\s:=#]*)?\\d+");

    private final CommandContext context;

    @Parameters(
            paramLabel = "TOPIC",
            arity = "0..*",
            description = "A name or number; xid, sxid, nvml, cuda or clocks before it chooses between readings.")
    private List<String> words = List.of();

    @Option(names = "--json", description = "One JSON document.")
    private boolean json;

    ExplainCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws UsageException {
        Explainer explainer = new Explainer(context.checks());
        String topic = String.join(" ", words).strip();
        if (topic.isEmpty()) {
            print(json ? JsonText.of(Explanations.kindsJson(explainer)) + "\n" : Explanations.kinds(explainer));
            return ExitCodes.OK;
        }
        List<Explanation> readings = explainer.find(topic);
        if (readings.isEmpty()) {
            throw new UsageException(unknown(explainer, topic));
        }
        print(json ? JsonText.of(Explanations.json(topic, readings)) + "\n" : Explanations.text(topic, readings));
        return ExitCodes.OK;
    }

    private void print(String text) {
        context.console().out().print(text);
    }

    private static String unknown(Explainer explainer, String topic) {
        return "nothing is known of '" + Printable.cut(topic, WIDTH) + "'" + hint(explainer, topic)
                + "\nwithout a topic, gpudiag explain says what there is";
    }

    /** Another number is no hint: it would mean something else. */
    private static String hint(Explainer explainer, String topic) {
        if (NUMBERED.matcher(topic).matches()) {
            return "; it may be newer than the tables of this version";
        }
        List<String> mentioning = explainer.mentioning(topic);
        return mentioning.isEmpty()
                ? Suggestions.hint(topic, topics(explainer))
                : "; these speak of it: " + String.join(", ", mentioning);
    }

    private static List<String> topics(Explainer explainer) {
        return explainer.all().stream()
                .flatMap(each -> Stream.concat(Stream.of(each.topic()), each.names().stream()))
                .map(name -> name.toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList();
    }
}
