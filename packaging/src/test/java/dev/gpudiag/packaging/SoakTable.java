package dev.gpudiag.packaging;

import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Lets the agent of the product run for an hour of its simulated node, ten times as fast, while programs come and go and a part
 * of the time 200 scrapes a second ask it, and prints what it takes: a table, and whether the end is as the middle was.
 */
public final class SoakTable {

    private static final int TIME_SCALE = 10;
    private static final int SCRAPES_PER_SECOND = 200;
    private static final int ROWS = 12;
    private static final int PROGRAMS = 600;
    private static final Pattern HEAP =
            Pattern.compile("(?m)^jvm_memory_used_bytes\\{area=\"heap\"[^}]*} ([0-9.E+-]+)$");

    /** Growth from the second third to the last that is no growth. */
    private static final double TOLERANCE = 0.10;

    private final Path product = Path.of(System.getProperty("gpudiag.product"));
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final PrintStream out;

    /** What the agent takes at one instant; memory in bytes. */
    private record Row(double minutes, double heap, double resident, double threads, double files, int scrapes) {}

    private SoakTable(PrintStream out) {
        this.out = out;
    }

    /**
     * Runs the soak.
     *
     * @param args minutes of the simulated node, 60 where not given
     */
    public static void main(String[] args) throws Exception {
        int minutes = args.length > 0 ? Integer.parseInt(args[0]) : 60;
        new SoakTable(System.out).run(minutes);
    }

    private void run(int minutes) throws Exception {
        Path folder = Files.createTempDirectory("gpudiag-soak-");
        int port = freePort();
        Path scenario = scenario(folder, minutes);
        Run.Started agent = Run.start(
                folder,
                Map.of(),
                List.of(
                        product.resolve("bin/gpudiag").toString(),
                        "serve",
                        "--simulate",
                        scenario.toString(),
                        "--time-scale",
                        Integer.toString(TIME_SCALE),
                        "--web.listen-address",
                        "127.0.0.1:" + port,
                        "--set",
                        "metrics.processes=true",
                        "--set",
                        "metrics.workloads=true"));
        try {
            awaitPage(port);
            print(watch(agent.process().pid(), port, minutes));
        } finally {
            agent.process().destroy();
            if (!agent.process().waitFor(10, TimeUnit.SECONDS)) {
                agent.process().destroyForcibly();
            }
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file :
                        files.sorted((one, other) -> other.compareTo(one)).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Eight GPUs on which a program begins every six seconds and lives for one to five minutes. */
    private Path scenario(Path folder, int minutes) throws IOException {
        StringBuilder text =
                new StringBuilder(Files.readString(product.resolve("simulator/scenarios/healthy-h100x8.scenario"))
                        .stripTrailing());
        Random random = new Random(7);
        int programs = PROGRAMS * minutes / 60;
        for (int i = 0; i < programs; i++) {
            int from = i * minutes * 60 / programs;
            int lives = 60 + random.nextInt(240);
            text.append("\n\n[process ")
                    .append(random.nextInt(8))
                    .append(':')
                    .append(50_000 + i)
                    .append("]\n");
            text.append("type = compute\nused_memory = ")
                    .append(1 + random.nextInt(2))
                    .append("Gi\n");
            text.append("name = job").append(i).append('\n');
            text.append("from = ")
                    .append(from)
                    .append("s\nuntil = ")
                    .append(from + lives)
                    .append("s\n");
        }
        return Files.writeString(folder.resolve("soak.scenario"), text.append('\n'));
    }

    private List<Row> watch(long pid, int port, int minutes) throws Exception {
        long wallSeconds = minutes * 60L / TIME_SCALE;
        long begun = System.nanoTime();
        List<Row> rows = new ArrayList<>();
        try (ScheduledExecutorService scrapers = Executors.newScheduledThreadPool(4)) {
            for (int row = 1; row <= ROWS; row++) {
                boolean asked = row > ROWS / 3 && row <= ROWS / 2;
                int before = answered.get() + refused.get() + failed.get();
                var load = asked
                        ? scrapers.scheduleAtFixedRate(
                                () -> scrape(port), 0, 1_000_000 / SCRAPES_PER_SECOND, TimeUnit.MICROSECONDS)
                        : null;
                TimeUnit.NANOSECONDS.sleep(begun + row * wallSeconds * 1_000_000_000L / ROWS - System.nanoTime());
                if (load != null) {
                    load.cancel(false);
                }
                rows.add(look(
                        pid,
                        port,
                        (double) row * minutes / ROWS,
                        answered.get() + refused.get() + failed.get() - before));
            }
            scrapers.shutdownNow();
        }
        return rows;
    }

    private void scrape(int port) {
        try {
            int status = client.send(request(port), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            (status == 200 ? answered : status == 503 ? refused : failed).incrementAndGet();
        } catch (IOException e) {
            failed.incrementAndGet();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Row look(long pid, int port, double minutes, int scrapes) throws IOException, InterruptedException {
        String page =
                client.send(request(port), HttpResponse.BodyHandlers.ofString()).body();
        double heap = 0;
        for (Matcher matcher = HEAP.matcher(page); matcher.find(); ) {
            heap += Double.parseDouble(matcher.group(1));
        }
        String status = Files.readString(Path.of("/proc/" + pid + "/status"));
        try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return new Row(
                    minutes, heap, field(status, "VmRSS") * 1024, field(status, "Threads"), files.count(), scrapes);
        }
    }

    private static double field(String status, String name) {
        Matcher matcher = Pattern.compile("(?m)^" + name + ":\\s+(\\d+)").matcher(status);
        return matcher.find() ? Double.parseDouble(matcher.group(1)) : Double.NaN;
    }

    private void print(List<Row> rows) {
        out.println("| minute of the node | heap used | RSS | threads | files open | scrapes |");
        out.println("|---:|---:|---:|---:|---:|---:|");
        for (Row row : rows) {
            out.printf(
                    Locale.ROOT,
                    "| %.0f | %.1f MB | %.1f MB | %.0f | %.0f | %d |%n",
                    row.minutes(),
                    row.heap() / 1e6,
                    row.resident() / 1e6,
                    row.threads(),
                    row.files(),
                    row.scrapes());
        }
        out.printf(
                Locale.ROOT,
                "%n%d scrapes answered, %d refused for too many at once, %d failed.%n",
                answered.get(),
                refused.get(),
                failed.get());
        flat("heap used", rows, Row::heap);
        flat("RSS", rows, Row::resident);
        flat("threads", rows, Row::threads);
        flat("files open", rows, Row::files);
    }

    /** The last third against the one before, which holds the load. */
    private void flat(String what, List<Row> rows, ToDoubleFunction<Row> value) {
        double middle = mean(rows.subList(ROWS / 3, 2 * ROWS / 3), value);
        double end = mean(rows.subList(2 * ROWS / 3, ROWS), value);
        double growth = end / middle - 1;
        out.printf(
                Locale.ROOT,
                "%s: %+.1f %% in the last third: %s%n",
                what,
                growth * 100,
                growth <= TOLERANCE ? "flat" : "GROWS");
    }

    private static double mean(List<Row> rows, ToDoubleFunction<Row> value) {
        return rows.stream().mapToDouble(value).average().orElse(Double.NaN);
    }

    private void awaitPage(int port) throws InterruptedException, IOException {
        for (int tries = 0; tries < 100; tries++) {
            try {
                if (client.send(
                                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/readyz"))
                                                .timeout(Duration.ofSeconds(5))
                                                .build(),
                                        HttpResponse.BodyHandlers.discarding())
                                .statusCode()
                        == 200) {
                    return;
                }
            } catch (IOException e) {
                // it does not listen yet
            }
            Thread.sleep(200);
        }
        throw new IOException("the agent is not ready after 20 s");
    }

    private static HttpRequest request(int port) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                .timeout(Duration.ofSeconds(10))
                .build();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
