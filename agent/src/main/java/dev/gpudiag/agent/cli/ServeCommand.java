package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.http.ListenAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gpudiag serve}: the agent. */
@Command(
        name = "serve",
        description = "Sample and judge continuously, and answer Prometheus over HTTP.",
        footer = {
            "",
            "Examples:   gpudiag serve --config gpudiag.yaml",
            "            gpudiag serve --simulate memory-leak --time-scale 60"
        })
final class ServeCommand implements Callable<Integer> {

    private final CommandContext context;

    @Mixin
    private SourceFlags source;

    @Mixin
    private SettingFlags settings;

    @Mixin
    private TimeoutFlag timeout;

    @Option(
            names = "--web.listen-address",
            paramLabel = "HOST:PORT",
            description = "Where to listen; :PORT listens on every address (default: 127.0.0.1:9836).")
    private String listenAddress;

    @Option(
            names = "--web.config.file",
            paramLabel = "FILE",
            description = "TLS, client certificates and users, as Prometheus' exporters take them (default: none).")
    private String webConfiguration;

    ServeCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws UsageException, UnusableFileException, InterruptedException {
        SourceOptions options = source.options(context);
        return context.server()
                .serve(new ServeOptions(
                        options,
                        settings.inForce(context, options),
                        settings.file(),
                        address(),
                        webConfiguration(),
                        timeout.value(),
                        () -> settings.inForce(context, options)));
    }

    private Optional<Path> webConfiguration() throws UsageException {
        return webConfiguration == null
                ? Optional.empty()
                : Optional.of(SourceFlags.existingFile("--web.config.file", webConfiguration));
    }

    private Optional<ListenAddress> address() throws UsageException {
        try {
            return Optional.ofNullable(listenAddress).map(ListenAddress::parse);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--web.listen-address: " + e.getMessage());
        }
    }
}
