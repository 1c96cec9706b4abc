package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.config.Configuration;
import dev.gpudiag.agent.config.ConfigurationException;
import dev.gpudiag.agent.config.ConfigurationReader;
import dev.gpudiag.agent.host.HostFacts;
import dev.gpudiag.agent.replay.Recording;
import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.catalog.CheckCatalog;
import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleSource;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The one place where commands meet the rest of the agent. */
final class Wiring {

    static final Path INSTALLED_CONFIGURATION = Path.of("/etc/gpudiag/gpudiag.yaml");

    private Wiring() {}

    static CommandContext context(Console console, Map<String, String> environment) {
        List<Check> checks = CheckCatalog.all();
        Product product = Product.built();
        ProductSources sources = new ProductSources(simulator(), environment);
        return new CommandContext(
                console,
                product,
                Stopwatch.start(System::nanoTime, environment),
                environment,
                checks,
                sources,
                Wiring::configured,
                (sample, out) -> record(sample, product.version(), out),
                options -> new AgentServer(sources, checks, product.version(), environment).serve(options),
                CallerTerminal.of(environment, new FileInputStream(FileDescriptor.in)));
    }

    /** Beside the product, or where a build has put it. */
    private static Path simulator() {
        String home = System.getProperty("gpudiag.home");
        return home == null
                ? Path.of(System.getProperty("gpudiag.simulator", "simulator"))
                : Path.of(home, "simulator");
    }

    static SettingsSource.Configured configured(Optional<Path> file) throws UnusableFileException {
        Optional<Path> chosen =
                file.or(() -> Optional.of(INSTALLED_CONFIGURATION).filter(Files::exists));
        if (chosen.isEmpty()) {
            return SettingsSource.Configured.defaults();
        }
        List<Setting<?>> settings = CheckCatalog.settings();
        List<String> ids =
                CheckCatalog.all().stream().map(check -> check.spec().id()).toList();
        try {
            Configuration read = new ConfigurationReader(settings, ids).read(chosen.get());
            return SettingsSource.Configured.of(read, chosen);
        } catch (ConfigurationException e) {
            throw new UnusableFileException(e.getMessage());
        }
    }

    static void record(NodeSample sample, String version, OutputStream out) throws IOException {
        Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
        Recording.write(withHostFacts(sample), version, writer);
        writer.flush();
    }

    /** A live sample with what OSHI knows of the machine, which is too slow for a check. */
    private static NodeSample withHostFacts(NodeSample sample) {
        if (sample.source().kind() != SampleSource.Kind.LIVE) {
            return sample;
        }
        DriverState driver = sample.driver();
        Readings readings = Readings.builder()
                .putAll(new HostFacts().read())
                .putAll(driver.readings())
                .build();
        return new NodeSample(
                sample.takenAt(),
                sample.source(),
                new DriverState(driver.nvml(), readings, driver.pciDevices(), driver.deviceNodes()),
                sample.gpus(),
                sample.host());
    }
}
