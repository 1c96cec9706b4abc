package dev.gpudiag.agent.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gpudiag.agent.config.ConfigurationException;
import dev.gpudiag.agent.http.HttpServer;
import dev.gpudiag.agent.http.ListenAddress;
import dev.gpudiag.agent.http.LocalActions;
import dev.gpudiag.agent.metrics.HttpRequests;
import dev.gpudiag.agent.metrics.MetricsFormat;
import dev.gpudiag.agent.metrics.Rendering;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebConfigFileTest {

    /** Of "secret", at the least cost. */
    private static final String SECRET = "$2y$04$spFWAxrLDSj.6gdsyupW6.wAQPsK.wM6tqG7EuW757Y/OOHSWzzwm";

    private static final String TLS = "tls_server_config:\n  cert_file: own.crt\n  key_file: own.key\n";

    @TempDir
    private static Path made;

    @TempDir
    private Path folder;

    private final List<Boolean> reloads = new ArrayList<>();

    @BeforeAll
    static void certificates() throws Exception {
        Certificates certificates = new Certificates(made);
        certificates.selfSigned("own");
        certificates.selfSigned("next");
        certificates.selfSigned("stranger");
        certificates.selfSigned("client");
        certificates.expired("expired");
    }

    @BeforeEach
    void copy() throws IOException {
        try (var files = Files.list(made)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
    }

    private record Pages() implements HttpServer.Content {
        @Override
        public Rendering metrics(MetricsFormat format, boolean gzip, Collection<String> names) {
            return new Rendering(format, gzip, "a 1\n".getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public byte[] page() {
            return new byte[0];
        }

        @Override
        public Map<String, String> pageHeaders() {
            return Map.of();
        }

        @Override
        public Optional<String> stalled() {
            return Optional.empty();
        }

        @Override
        public boolean ready() {
            return true;
        }
    }

    @Test
    void everythingThatIsWrongIsToldAtOnceWithItsLine() throws Exception {
        Path file = write("""
                tls_server_config:
                  cert_fil: own.crt
                  key_file: own.key
                  client_auth_type: RequireAndVerify
                  min_version: TLS10
                  cipher_suites: [TLS_AES_128_GCM_SHA25]
                  curve_preferences: [CurveP255]
                http_server_config:
                  headers:
                    Server: mine
                basic_auth_users:
                  me: secret
                other: 1
                """);
        assertThat(catchThrowableOfType(ConfigurationException.class, () -> WebConfigReader.read(file))
                        .problems())
                .anyMatch(problem -> problem.startsWith("web.yml:13: unknown key 'other'"))
                .anyMatch(problem -> problem.contains(":2: unknown key 'cert_fil' in tls_server_config; did you mean"))
                .anyMatch(problem -> problem.contains("needs cert_file and key_file"))
                .anyMatch(problem -> problem.contains(":4: client_auth_type is one of NoClientCert"))
                .anyMatch(problem -> problem.contains(":5: min_version is TLS12 or TLS13"))
                .anyMatch(problem -> problem.contains(":6: no cipher suite"))
                .anyMatch(problem -> problem.contains(":7: no curve 'CurveP255'"))
                .anyMatch(problem -> problem.contains(":10: unknown key 'Server' in headers"))
                .anyMatch(problem -> problem.contains(":12: basic_auth_users: the value for 'me' is no bcrypt hash"))
                .noneMatch(problem -> problem.contains("secret"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cert_file: none.crt|no file",
                "cert_file: own.key|holds no certificate in PEM",
                "cert_file: expired.crt|has expired on 2021-01-01",
                "cert_file: next.crt|is not the key of",
                "client_auth_type: RequireAndVerifyClientCert|needs client_ca_file",
                "client_ca_file: client.crt|is never used with client_auth_type NoClientCert"
            })
    void filesThatCannotServeAreRefusedAtTheStart(String line, String words) throws Exception {
        String kept = line.startsWith("cert_file") ? "" : "  cert_file: own.crt\n";
        Path file = write("tls_server_config:\n" + kept + "  key_file: own.key\n  " + line + "\n");
        assertThatThrownBy(() -> WebConfigFile.open(file, reloads::add))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(words);
    }

    @ParameterizedTest
    @CsvSource({
        "openssl rsa -in own.key -traditional -out other.key, RSA PRIVATE KEY",
        "openssl ecparam -name prime256v1 -genkey -out other.key, EC PRIVATE KEY",
        "openssl genpkey -algorithm ed25519 -out other.key, PRIVATE KEY"
    })
    void keysInEveryFormThatCertificateManagersWriteAreRead(String command, String kind) throws Exception {
        new Certificates(folder).convert(command.split(" "));
        assertThat(folder.resolve("other.key")).content().contains("-----BEGIN " + kind + "-----");

        PemFile.key(folder.resolve("other.key"));
    }

    @Test
    void aKeyThatIsCutOffOrGarbageIsToldAndNoMore() throws Exception {
        new Certificates(folder)
                .convert("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "ec.key");
        String pem = Files.readString(folder.resolve("ec.key"));
        List<String> lines = pem.lines().toList();
        for (int cut = 1; cut < lines.get(1).length(); cut += 4) {
            Path broken = Files.writeString(
                    folder.resolve("broken.key"),
                    lines.getFirst() + "\n" + lines.get(1).substring(0, cut) + "\n" + lines.getLast() + "\n");
            assertThatThrownBy(() -> PemFile.key(broken)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void whoHasNoPasswordIsToldSoAndWhoHasOneIsAnswered() throws Exception {
        try (HttpServer server = server(open("basic_auth_users:\n  me: " + SECRET + "\n"))) {
            HttpClient client = client(Optional.empty(), Optional.empty());
            assertThat(get(client, "http", server, "").statusCode()).isEqualTo(401);
            assertThat(get(client, "http", server, "").headers().firstValue("WWW-Authenticate"))
                    .hasValueSatisfying(value -> assertThat(value).startsWith("Basic"));
            assertThat(get(client, "http", server, basic("me:wrong")).statusCode())
                    .isEqualTo(401);
            assertThat(get(client, "http", server, basic("you:secret")).statusCode())
                    .isEqualTo(401);
            assertThat(get(client, "http", server, "Basic %%%").statusCode()).isEqualTo(401);
            assertThat(get(client, "http", server, basic("me:secret")).body()).isEqualTo("a 1\n");
        }
    }

    @Test
    void guessesRunOutAndAKnownPasswordStaysGood() {
        long[] now = {0};
        PasswordCheck check = new PasswordCheck(Map.of("me", SECRET), () -> now[0]);
        assertThat(check.check("me", "secret")).isEqualTo(PasswordCheck.Outcome.RIGHT);
        for (int i = 0; i < PasswordCheck.BURST; i++) {
            assertThat(check.check("me", "guess" + i)).isEqualTo(PasswordCheck.Outcome.WRONG);
        }
        assertThat(check.check("me", "guess")).isEqualTo(PasswordCheck.Outcome.TOO_MANY);
        assertThat(check.check("me", "secret")).isEqualTo(PasswordCheck.Outcome.RIGHT);
        now[0] = PasswordCheck.REFILL.toNanos();
        assertThat(check.check("nobody", "guess")).isEqualTo(PasswordCheck.Outcome.WRONG);
        assertThat(check.check("nobody", "guess")).isEqualTo(PasswordCheck.Outcome.TOO_MANY);
        assertThat(check.check("me", "x".repeat(73))).isEqualTo(PasswordCheck.Outcome.WRONG);
    }

    @Test
    void aCertificateIsExchangedWhileTheServerRunsAndABrokenOneKeepsTheOld() throws Exception {
        WebConfigFile config = open(TLS + "http_server_config:\n  headers:\n    X-Frame-Options: deny\n");
        try (HttpServer server = server(config)) {
            HttpResponse<String> answer = get(trusting("own"), "https", server, "");
            assertThat(answer.body()).isEqualTo("a 1\n");
            assertThat(answer.headers().firstValue("X-Frame-Options")).hasValue("deny");
            assertThatThrownBy(() -> get(trusting("next"), "https", server, "")).isInstanceOf(SSLException.class);

            exchange("own.crt", "broken");
            config.reloadWhereChanged();
            config.reloadWhereChanged();
            assertThat(config.problem())
                    .hasValueSatisfying(why -> assertThat(why).contains("holds no certificate"));
            assertThat(get(trusting("own"), "https", server, "").statusCode()).isEqualTo(200);

            exchange("own.crt", Files.readString(made.resolve("next.crt")));
            exchange("own.key", Files.readString(made.resolve("next.key")));
            config.reloadWhereChanged();
            assertThat(config.problem()).isEmpty();
            assertThat(get(trusting("next"), "https", server, "").statusCode()).isEqualTo(200);
            assertThatThrownBy(() -> get(trusting("own"), "https", server, "")).isInstanceOf(SSLException.class);
            assertThat(reloads).startsWith(false).endsWith(true);
        }
    }

    @Test
    void usersAreExchangedAndTlsIsNotTurnedOffWhileTheServerRuns() throws Exception {
        WebConfigFile config = open(TLS);
        try (HttpServer server = server(config)) {
            assertThat(get(trusting("own"), "https", server, "").statusCode()).isEqualTo(200);
            exchange("web.yml", TLS + "basic_auth_users:\n  me: " + SECRET + "\n");
            config.reloadWhereChanged();
            assertThat(get(trusting("own"), "https", server, "").statusCode()).isEqualTo(401);
            exchange("web.yml", "basic_auth_users: {}\n");
            config.reloadWhereChanged();
            assertThat(config.problem())
                    .hasValueSatisfying(why -> assertThat(why).contains("by a restart alone"));
            assertThat(get(trusting("own"), "https", server, "").statusCode()).isEqualTo(401);
            assertThat(get(trusting("own"), "https", server, basic("me:secret")).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void aClientWithoutTheRightCertificateHasNoConversation() throws Exception {
        WebConfigFile config =
                open(TLS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: client.crt\n");
        try (HttpServer server = server(config)) {
            HttpClient known = client(Optional.of("own"), Optional.of("client"));
            HttpClient unknown = client(Optional.of("own"), Optional.of("stranger"));
            HttpClient expired = client(Optional.of("own"), Optional.of("expired"));

            assertThat(get(known, "https", server, "").statusCode()).isEqualTo(200);
            assertThatThrownBy(() -> get(unknown, "https", server, "")).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> get(expired, "https", server, "")).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> get(trusting("own"), "https", server, "")).isInstanceOf(IOException.class);
        }
    }

    @Test
    void anExpiredCertificateOfAClientIsNoneAlthoughItsAuthorityIsTrusted() throws Exception {
        WebConfigFile config =
                open(TLS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: expired.crt\n");
        try (HttpServer server = server(config)) {
            AtomicReference<Integer> status = new AtomicReference<>();
            assertThatThrownBy(() ->
                            status.set(get(client(Optional.of("own"), Optional.of("expired")), "https", server, "")
                                    .statusCode()))
                    .isInstanceOf(IOException.class);
            assertThat(status.get()).isNull();
        }
    }

    @Test
    void aClientsNameIsHeldAgainstTheAllowedOnes() throws Exception {
        String verify = TLS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: client.crt\n";
        try (HttpServer server = server(open(verify + "  client_allowed_sans: [other]\n"))) {
            assertThatThrownBy(() -> get(client(Optional.of("own"), Optional.of("client")), "https", server, ""))
                    .isInstanceOf(IOException.class);
        }
        try (HttpServer server = server(open(verify + "  client_allowed_sans: [client]\n"))) {
            assertThat(get(client(Optional.of("own"), Optional.of("client")), "https", server, "")
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("web.yml"), text);
    }

    private WebConfigFile open(String text) throws IOException {
        return WebConfigFile.open(write(text), reloads::add);
    }

    /** As tools that exchange certificates do: a new file under the old name; its time is another. */
    private void exchange(String name, String text) throws IOException {
        Path next = Files.writeString(folder.resolve(name + ".new"), text);
        Files.setLastModifiedTime(next, FileTime.fromMillis(reloads.size() * 1000L));
        Files.move(next, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private static HttpServer server(WebConfigFile config) {
        return new HttpServer(
                new ListenAddress("127.0.0.1", 0),
                new Pages(),
                new HttpServer.Around(
                        List.of(),
                        new LocalActions(Optional.empty(), List.of()),
                        new HttpRequests(),
                        Optional.of(config)));
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private HttpResponse<String> get(HttpClient client, String scheme, HttpServer server, String authorization)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(scheme + "://localhost:" + server.port() + "/metrics"));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpClient trusting(String server) throws Exception {
        return client(Optional.of(server), Optional.empty());
    }

    private static HttpClient client(Optional<String> server, Optional<String> own) throws Exception {
        HttpClient.Builder client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
        if (server.isPresent()) {
            KeyStore trusted = store();
            trusted.setCertificateEntry(
                    "server",
                    PemFile.certificates(made.resolve(server.get() + ".crt")).getFirst());
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            KeyStore keys = store();
            if (own.isPresent()) {
                keys.setKeyEntry(
                        "own",
                        PemFile.key(made.resolve(own.get() + ".key")),
                        new char[0],
                        PemFile.certificates(made.resolve(own.get() + ".crt")).toArray(X509Certificate[]::new));
            }
            KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("PKIX");
            keyManagers.init(keys, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers.getKeyManagers(), trust.getTrustManagers(), null);
            client.sslContext(context);
        }
        return client.build();
    }

    private static KeyStore store() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
