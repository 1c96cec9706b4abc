package dev.gpudiag.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The status page of the product in a real browser; the pictures stay in {@code target/screenshots}. */
class StatusPageIT {

    private static final Path PRODUCT = Path.of(System.getProperty("gpudiag.product"));
    private static final Path SCREENSHOTS = PRODUCT.resolveSibling("screenshots");
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    private static Path folder;

    private static Optional<Browser> started = Optional.empty();

    private Browser browser;
    private Run.Started agent;
    private String address;

    @BeforeAll
    static void startBrowser() throws IOException, InterruptedException {
        Assumptions.assumeTrue(
                Browser.isInstalled(), "chromium and chromedriver are not there: the status page is not looked at");
        started = Optional.of(Browser.start(folder, Map.of()));
    }

    @AfterAll
    static void endBrowser() throws IOException, InterruptedException {
        if (started.isPresent()) {
            started.get().close();
        }
    }

    @AfterEach
    void endAgent() {
        if (agent != null) {
            agent.process().destroyForcibly();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "healthy-h100x8, OK, Nothing is wrong with the 8 GPUs of this node",
        "thermal-throttle, WARNING, gpu 1: hardware thermal slowdown now",
        "gpu-lost, CRITICAL, gpu 3: Xid 79",
        "memory-leak, WARNING, gpu 0 pid 41000",
        "driver-hung, CRITICAL, driver does not answer",
        "mig-a100, OK, Nothing is wrong with the 2 GPUs of this node"
    })
    void aNodeIsShownRightInEveryLightAndWidth(String scenario, String verdict, String sentence) throws Exception {
        look(scenario, verdict);
        String heading = text("h1");

        assertThat(heading).contains(verdict).contains(sentence);
        wide(scenario);
        dark(scenario);
        phone(scenario);
        assertThat(browser.console()).isEmpty();
        assertThat(browser.requests())
                .isNotEmpty()
                .allMatch(request -> request.startsWith(address) || request.startsWith("data:image/svg+xml,"));
    }

    private void wide(String scenario) throws Exception {
        browser.colours("light");
        browser.viewport(1280, 900, false);
        assertAccessible();
        browser.screenshot(SCREENSHOTS.resolve(scenario + ".png"));
    }

    private void dark(String scenario) throws Exception {
        browser.colours("dark");
        String background = browser.script("return getComputedStyle(document.body).backgroundColor")
                .asText();
        assertThat(background).matches("rgb\\(([0-5]?[0-9], ){2}[0-5]?[0-9]\\)");
        assertAccessible();
        browser.screenshot(SCREENSHOTS.resolve(scenario + "-dark.png"));
        browser.colours("light");
    }

    private void phone(String scenario) throws Exception {
        browser.viewport(360, 740, true);
        unfold();
        assertThat(browser.script("return document.documentElement.scrollWidth").asInt())
                .isLessThanOrEqualTo(360);
        assertAccessible();
        browser.script("document.querySelectorAll('details').forEach(details => details.open = false)");
        browser.screenshot(SCREENSHOTS.resolve(scenario + "-phone.png"));
    }

    private void unfold() throws Exception {
        browser.script("document.querySelectorAll('details').forEach(details => details.open = true)");
    }

    /** No rule of axe is broken: names, roles, contrast, headings, landmarks, tables. */
    private void assertAccessible() throws Exception {
        browser.script(axe());
        JsonNode found = browser.later("const done = arguments[arguments.length - 1];"
                + "axe.run().then(found => done({passed: found.passes.length, violations: found.violations.map("
                + "rule => rule.id + ': ' + rule.nodes.map(node => node.html).join(' | '))}))");
        assertThat(found.path("violations")).describedAs(found.toPrettyString()).isEmpty();
        assertThat(found.path("passed").asInt()).isGreaterThan(20);
    }

    private static String axe() throws IOException {
        try (InputStream in = StatusPageIT.class.getResourceAsStream("/axe.min.js")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void everyPictureHasATitleThatSaysWhatItShows() throws Exception {
        look("memory-leak", "WARNING");

        List<String> titles = texts("svg[role=img] title");

        assertThat(titles)
                .hasSize(24)
                .anySatisfy(title -> assertThat(title)
                        .matches("Temperature of GPU 7 in the last hour: lowest 5\\d °C, highest 6\\d °C, now 5\\d °C,"
                                + " slows down at 87 °C"))
                .anySatisfy(title -> assertThat(title)
                        .matches("Memory of GPU 0 in the last hour: lowest 34\\.\\d GiB,"
                                + " highest 35\\.\\d GiB, now 35\\.\\d of 79\\.6 GiB"));
        assertThat(text(".card:has(#memory-0)")).containsPattern("memory \\+0\\.6 GiB in 5\\d min");
        assertThat(browser.script("return document.querySelector('.spark').getBoundingClientRect().width")
                        .asDouble())
                .isCloseTo(160, withinPercentage(50));
    }

    @Test
    void theVerdictNeedsNoScript() throws Exception {
        serve("gpu-lost");
        await(body -> body.contains("CRITICAL sim-h100"));
        Map<String, Object> withoutScripts = Map.of("profile.managed_default_content_settings.javascript", 2);
        try (Browser plain = Browser.start(folder, withoutScripts)) {
            plain.open(address);

            assertThat(plain.source())
                    .contains("<title>CRITICAL sim-h100: gpu 3: Xid 79")
                    .contains("</span> CRITICAL</span>")
                    .contains("<noscript><meta http-equiv=\"refresh\" content=\"30\"></noscript>");
            plain.viewport(1280, 900, false);
            plain.screenshot(SCREENSHOTS.resolve("gpu-lost-without-script.png"));
        }
    }

    @Test
    void everyLinkLeadsToAnAnswer() throws Exception {
        look("mig-a100", "OK");

        JsonNode codes = browser.later("const done = arguments[arguments.length - 1];"
                + "Promise.all(Array.from(document.querySelectorAll('#agent a'))"
                + ".map(link => fetch(link.href).then(answer => answer.status))).then(done)");

        assertThat(codes).hasSize(4).allSatisfy(code -> assertThat(code.asInt()).isEqualTo(200));
    }

    @Test
    void thePageRefreshesItselfKeepsWhatIsUnfoldedAndSaysWhenTheAgentIsGone() throws Exception {
        look("gpu-lost", "CRITICAL");
        browser.script("document.getElementById('all-checks').open = true");
        String before = text("#agent .facts");

        await("the page is a later one", () -> !text("#agent .facts").equals(before));
        assertThat(browser.script("return document.getElementById('all-checks').open")
                        .asBoolean())
                .isTrue();
        assertThat(text("#connection")).isEmpty();

        agent.process().destroyForcibly();
        await("the page says that it is old", () -> text("#connection").startsWith("Not current"));
        assertThat(text("h1")).contains("CRITICAL");
        browser.console();
    }

    private String text(String selector) throws IOException, InterruptedException {
        return browser.script("return document.querySelector(arguments[0]).textContent", selector)
                .asText();
    }

    private List<String> texts(String selector) throws IOException, InterruptedException {
        List<String> texts = new ArrayList<>();
        browser.script(
                        "return Array.from(document.querySelectorAll(arguments[0])).map(element => element.textContent)",
                        selector)
                .forEach(text -> texts.add(text.asText()));
        return texts;
    }

    /** Serves a scenario until its verdict is there, and opens the page. */
    private void look(String scenario, String verdict) throws Exception {
        serve(scenario, "--timeout", "4s");
        await(body -> body.contains("<title>" + verdict));
        browser = started.orElseThrow();
        browser.console();
        browser.requests();
        browser.open(address);
    }

    private void serve(String scenario, String... more) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        address = "http://127.0.0.1:" + port + "/";
        List<String> command = new ArrayList<>(List.of(
                PRODUCT.resolve("bin/gpudiag").toString(),
                "serve",
                "--simulate",
                scenario,
                "--web.listen-address",
                "127.0.0.1:" + port));
        command.addAll(List.of(more));
        agent = Run.start(folder, Map.of(), command);
    }

    private void await(Predicate<String> wanted) throws Exception {
        await("the agent's page", () -> {
            try {
                return wanted.test(Page.get(address));
            } catch (IOException e) {
                return false; // it does not listen yet
            }
        });
    }

    /** Something that becomes true. */
    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(String what, Condition condition) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(what + ": not within " + PATIENCE);
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }
}
