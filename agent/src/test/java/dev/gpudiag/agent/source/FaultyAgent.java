package dev.gpudiag.agent.source;

import dev.gpudiag.agent.host.HostProbe;
import dev.gpudiag.agent.host.process.DriverRequests;
import dev.gpudiag.agent.http.HttpServer;
import dev.gpudiag.agent.http.ListenAddress;
import dev.gpudiag.agent.metrics.MetricsFormat;
import dev.gpudiag.agent.metrics.MetricsPage;
import dev.gpudiag.agent.metrics.NodeCollector;
import dev.gpudiag.agent.metrics.Rendering;
import dev.gpudiag.agent.sampling.NodeClock;
import dev.gpudiag.agent.sampling.NvmlSampler;
import dev.gpudiag.agent.sampling.SamplingLoop;
import dev.gpudiag.agent.simulation.Scenario;
import dev.gpudiag.agent.simulation.SimulatedHost;
import dev.gpudiag.checks.CheckRunner;
import dev.gpudiag.checks.Report;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.catalog.CheckCatalog;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.nvml.Nvml;
import dev.gpudiag.nvml.NvmlException;
import dev.gpudiag.nvml.SimulatedDriver;
import dev.gpudiag.telemetry.DriverPhase;
import dev.gpudiag.telemetry.GpuCondition;
import dev.gpudiag.telemetry.SampleHistory;
import dev.gpudiag.telemetry.SampleSource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The agent within this process: loop, page and HTTP server on the simulated library and a host of files, both of which a
 * test changes while it runs.
 */
final class FaultyAgent implements AutoCloseable {

    static final Duration INTERVAL = Duration.ofMillis(200);
    static final Duration DEADLINE = Duration.ofSeconds(1);
    static final String VERSION = "550.54.15";

    private static final Path SIMULATOR = Path.of(System.getProperty("gpudiag.simulator"));
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private final Path file;
    private final SimulatedHost host;
    private final NvmlSampler sampler;
    private final SamplingLoop loop;
    private final MetricsPage page;
    private final HttpServer server;
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<Status> verdicts = new CopyOnWriteArrayList<>();
    private final AtomicInteger opened = new AtomicInteger();
    private volatile Duration wallJump = Duration.ZERO;
    private volatile Nvml nvml;

    /**
     * An agent that samples, on a node of four GPUs.
     *
     * @param faults sections after theirs
     */
    FaultyAgent(Path folder, String faults) throws IOException {
        this(folder, node(4, faults), 1);
    }

    /** @param timeScale how many seconds of the scenario pass in one */
    FaultyAgent(Path folder, String scenario, double timeScale) throws IOException {
        file = Files.writeString(folder.resolve("node.scenario"), scenario);
        host = SimulatedHost.layOut(Scenario.read(file));
        HostProbe probe = new HostProbe(host.root(), Map.of());
        sampler = new NvmlSampler(
                () -> open(timeScale),
                probe::read,
                false,
                new SampleSource(SampleSource.Kind.SIMULATED, "faults"),
                Duration.ofSeconds(1),
                new Clock(),
                pid -> Optional.empty());
        sampler.watchXids(event -> {});
        sampler.heed(new DriverRequests(probe.root())::look);
        SamplingLoop[] started = new SamplingLoop[1];
        page = new MetricsPage(new NodeCollector(
                () -> Optional.ofNullable(started[0]).flatMap(SamplingLoop::report), new Clock()::instant, "test"));
        loop = new SamplingLoop(
                sampler,
                new SampleHistory(Duration.ofHours(1), Duration.ofSeconds(1)),
                MemoryGrowth.none(),
                new CheckRunner(CheckCatalog.all()),
                Settings.defaults(),
                Optional.empty(),
                INTERVAL,
                DEADLINE);
        loop.listen(report -> {
            verdicts.add(report.verdict());
            page.render();
        });
        started[0] = loop;
        server = new HttpServer(new ListenAddress("127.0.0.1", 0), new Pages(), HttpServer.Around.nothing());
        sampler.release().onOrder(loop::hasten);
        loop.start();
    }

    static String node(int gpus, String faults) {
        return node(gpus, VERSION, faults);
    }

    static String node(int gpus, String version, String faults) {
        return """
            [scenario]
            title = made by a test
            [driver]
            version = %s
            nvml = 12.%1$s
            cuda = 12040
            [host]
            module = %1$s
            library = %1$s
            """.formatted(version) + """
            [gpu 0..%d]
            name = NVIDIA H100 80GB HBM3
            uuid = GPU-%%d
            minor = %%d
            pci_bus_id = 0000:1%%d:00.0
            memory.total = 80Gi
            memory.reserved = 1Gi
            memory.used = 10Gi
            temperature.gpu = 4%%d
            energy = rate(0, 1000000)
            """.formatted(gpus - 1) + faults;
    }

    /** A wall clock that jumps at a test's word, beside one that does not. */
    private final class Clock implements NodeClock {
        @Override
        public Instant instant() {
            return Instant.now().plus(wallJump);
        }

        @Override
        public long nanos() {
            return System.nanoTime();
        }
    }

    private final class Pages implements HttpServer.Content {
        @Override
        public Rendering metrics(MetricsFormat format, boolean gzip, Collection<String> names) {
            return page.page(format, gzip, names);
        }

        @Override
        public byte[] page() {
            return loop.report()
                    .map(report -> report.verdict().name())
                    .orElse("")
                    .getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public Map<String, String> pageHeaders() {
            return Map.of();
        }

        @Override
        public Optional<String> stalled() {
            return loop.sinceLastTick().compareTo(Duration.ofSeconds(10)) < 0
                    ? Optional.empty()
                    : Optional.of("stalled");
        }

        @Override
        public boolean ready() {
            return loop.report().isPresent();
        }
    }

    private Nvml open(double timeScale) throws NvmlException {
        Nvml library = Nvml.open(SIMULATOR.resolve("libnvidia-ml.so.1"));
        try {
            SimulatedDriver.configure(library, file, timeScale);
            opened.incrementAndGet();
            nvml = library;
            return library;
        } catch (IOException e) {
            library.close();
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** Gives the driver a new scenario, which it reads within a tenth of a second. */
    void driver(String scenario) throws IOException {
        Files.writeString(file, scenario);
    }

    void jumpWallClock(Duration by) {
        wallJump = wallJump.plus(by);
    }

    /** How often the library was opened. */
    int opened() {
        return opened.get();
    }

    NvmlSampler sampler() {
        return sampler;
    }

    private boolean isOpen() {
        try {
            Nvml.open(SIMULATOR.resolve("libnvidia-ml.so.1")).close();
            return false;
        } catch (IllegalStateException | NvmlException e) {
            return true;
        }
    }

    int openHandles() throws IOException {
        return SimulatedDriver.openHandles(nvml);
    }

    /** Takes the kernel module away from the host. */
    void unloadModule() throws IOException {
        host("proc/modules", "overlay 212992 0 - Live 0x0000000000000000\n");
        for (String tree : List.of("sys/module/nvidia", "proc/driver/nvidia")) {
            delete(host.root().resolve(tree));
        }
    }

    private static void delete(Path tree) throws IOException {
        if (Files.exists(tree)) {
            try (Stream<Path> files = Files.walk(tree)) {
                for (Path each : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(each);
                }
            }
        }
    }

    void loadModule(String version) throws IOException {
        host("proc/modules", "nvidia 54075392 1 nvidia_uvm, Live 0x0000000000000000 (OE)\n");
        host("sys/module/nvidia/version", version + "\n");
        host("sys/module/nvidia/initstate", "live\n");
    }

    /** Writes a file of the host. */
    void host(String path, String text) throws IOException {
        Path target = host.root().resolve(path);
        Files.createDirectories(target.getParent());
        Files.writeString(target, text);
    }

    Report report() {
        return loop.report().orElseThrow();
    }

    /** The verdicts of the rounds from now on. */
    List<Status> verdictsFromNowOn() {
        verdicts.clear();
        return verdicts;
    }

    DriverPhase phase() {
        return DriverPhase.of(report().sample());
    }

    Duration age(int gpu) {
        return Duration.between(report().sample().gpus().get(gpu).takenAt(), new Clock().instant());
    }

    @SuppressWarnings("ReferenceEquality") // two rounds may say the same
    private static boolean isAnother(Report report, Optional<Report> old) {
        return old.isEmpty() || report != old.get();
    }

    /** A report that is as wanted, of a round that begins from now on. */
    Report until(String what, Predicate<Report> wanted) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        Optional<Report> old = loop.report();
        while (System.nanoTime() < end) {
            Optional<Report> now = loop.report().filter(report -> isAnother(report, old));
            if (now.filter(wanted).isPresent()) {
                return now.get();
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        throw new AssertionError("not seen in time: " + what + ", but "
                + loop.report()
                        .map(report -> report.sample().driver().nvml() + "\n"
                                + report.sample().gpus().stream()
                                        .map(gpu -> gpu.identity() + " " + gpu.condition())
                                        .toList()));
    }

    Report untilPhase(DriverPhase phase) throws InterruptedException {
        return until("driver " + phase, report -> DriverPhase.of(report.sample()) == phase);
    }

    /** All of so many GPUs answer. */
    Report untilWell(int gpus) throws InterruptedException {
        return until(
                gpus + " GPUs answer",
                report -> report.sample().gpus().size() == gpus
                        && report.sample().gpus().stream()
                                .allMatch(gpu -> gpu.condition().isAnswering()));
    }

    static Predicate<Report> condition(int gpu, GpuCondition.State state) {
        return report -> report.sample().gpus().size() > gpu
                && report.sample().gpus().get(gpu).condition().state() == state;
    }

    /** The page as a scrape has it. */
    String scrape() throws IOException, InterruptedException {
        return get("/metrics").body();
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .timeout(Duration.ofSeconds(10))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** The shortest of several scrapes: what the agent takes, not what a busy machine adds. */
    Duration fastestScrape() throws IOException, InterruptedException {
        long best = Long.MAX_VALUE;
        for (int tries = 0; tries < 20; tries++) {
            long start = System.nanoTime();
            scrape();
            best = Math.min(best, System.nanoTime() - start);
        }
        return Duration.ofNanos(best);
    }

    void closeLoop() {
        loop.close();
    }

    @Override
    public void close() throws IOException {
        driver(node(1, "")); // whatever hangs comes back: the library is one for all tests
        server.close();
        loop.close();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (nvml != null && isOpen() && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        client.close();
        host.close();
    }
}
