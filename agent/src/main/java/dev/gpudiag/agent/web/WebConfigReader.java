package dev.gpudiag.agent.web;

import dev.gpudiag.agent.config.ConfigurationException;
import dev.gpudiag.agent.config.ConfigurationText;
import dev.gpudiag.agent.config.Suggestions;
import dev.gpudiag.agent.web.WebConfig.ClientAuth;
import dev.gpudiag.agent.web.WebConfig.Tls;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads a web configuration file; everything that is wrong in it is told at once. */
final class WebConfigReader {

    private static final Set<String> TOP = Set.of("tls_server_config", "http_server_config", "basic_auth_users");
    private static final Set<String> TLS = Set.of(
            "cert_file",
            "key_file",
            "client_auth_type",
            "client_ca_file",
            "client_allowed_sans",
            "min_version",
            "max_version",
            "cipher_suites",
            "curve_preferences",
            "prefer_server_cipher_suites");
    private static final Set<String> HTTP = Set.of("http2", "headers");

    /** Those that Prometheus' exporters allow to be set. */
    private static final Set<String> HEADERS = Set.of(
            "Content-Security-Policy",
            "X-Frame-Options",
            "X-Content-Type-Options",
            "X-XSS-Protection",
            "Strict-Transport-Security");

    /** Oldest first; Java has the two before them off. */
    private static final List<String> VERSIONS = List.of("TLS12", "TLS13");

    private static final Map<String, String> CURVES =
            Map.of("CurveP256", "secp256r1", "CurveP384", "secp384r1", "CurveP521", "secp521r1", "X25519", "x25519");

    private static final String BCRYPT = "\\$2[abxy]\\$(0[4-9]|1[0-6])\\$[./A-Za-z0-9]{53}";
    private static final int MOST_USERS = 100;

    private final Path file;
    private final List<String> problems = new ArrayList<>();

    private WebConfigReader(Path file) {
        this.file = file;
    }

    /**
     * What the file says.
     *
     * @throws ConfigurationException with every problem, each with its line
     */
    static WebConfig read(Path file) {
        WebConfigReader reader = new WebConfigReader(file);
        WebConfig config = reader.config(ConfigurationText.read(file));
        if (!reader.problems.isEmpty()) {
            throw new ConfigurationException(reader.problems);
        }
        return config;
    }

    private WebConfig config(Optional<Node> document) {
        Map<String, Node> top = document.map(node -> section("", node, TOP)).orElse(Map.of());
        Map<String, Node> tls = section("tls_server_config", top.get("tls_server_config"), TLS);
        Map<String, Node> http = section("http_server_config", top.get("http_server_config"), HTTP);
        flag(http.get("http2"), true);
        return new WebConfig(
                tls.isEmpty() ? Optional.empty() : tls(tls, top.get("tls_server_config")),
                headers(http.get("headers")),
                users(top.get("basic_auth_users")));
    }

    private Optional<Tls> tls(Map<String, Node> keys, Node section) {
        Optional<Path> certificate = path(keys.get("cert_file"));
        Optional<Path> key = path(keys.get("key_file"));
        if (!keys.containsKey("cert_file") || !keys.containsKey("key_file")) {
            problem(section, "tls_server_config needs cert_file and key_file");
        }
        ClientAuth auth = clientAuth(keys.get("client_auth_type"));
        Optional<Path> ca = path(keys.get("client_ca_file"));
        if (auth.isVerified() && ca.isEmpty()) {
            problem(section, "client_auth_type " + auth.word() + " needs client_ca_file");
        }
        if (ca.isPresent() && !auth.isVerified()) {
            problem(keys.get("client_ca_file"), "client_ca_file is never used with client_auth_type " + auth.word());
        }
        List<String> sans = texts(keys.get("client_allowed_sans"));
        if (!sans.isEmpty() && auth != ClientAuth.REQUIRE_AND_VERIFY_CLIENT_CERT) {
            problem(
                    keys.get("client_allowed_sans"),
                    "client_allowed_sans needs client_auth_type " + ClientAuth.REQUIRE_AND_VERIFY_CLIENT_CERT.word());
        }
        List<String> protocols = protocols(keys.get("min_version"), keys.get("max_version"));
        List<String> suites = suites(keys.get("cipher_suites"));
        List<String> curves = curves(keys.get("curve_preferences"));
        boolean order = flag(keys.get("prefer_server_cipher_suites"), true);
        return certificate.isEmpty() || key.isEmpty()
                ? Optional.empty()
                : Optional.of(new Tls(certificate.get(), key.get(), auth, ca, sans, protocols, suites, curves, order));
    }

    private ClientAuth clientAuth(Node node) {
        Optional<String> word = text(node);
        if (word.isEmpty() || word.get().isEmpty()) {
            return ClientAuth.NO_CLIENT_CERT;
        }
        List<String> words =
                Stream.of(ClientAuth.values()).map(ClientAuth::word).toList();
        int index = words.indexOf(word.get());
        if (index < 0) {
            problem(node, "client_auth_type is one of " + String.join(", ", words) + ", not '" + word.get() + "'");
            return ClientAuth.NO_CLIENT_CERT;
        }
        return List.of(ClientAuth.values()).get(index);
    }

    private List<String> protocols(Node min, Node max) {
        int low = version(min, "min_version", 0);
        int high = version(max, "max_version", VERSIONS.size() - 1);
        if (low > high) {
            problem(min, "min_version is newer than max_version");
            return List.of();
        }
        return VERSIONS.subList(low, high + 1).stream()
                .map(version -> version.equals("TLS12") ? "TLSv1.2" : "TLSv1.3")
                .toList();
    }

    private int version(Node node, String key, int otherwise) {
        Optional<String> text = text(node).filter(word -> !word.isEmpty());
        if (text.isEmpty()) {
            return otherwise;
        }
        int index = VERSIONS.indexOf(text.get());
        if (index < 0) {
            problem(node, key + " is TLS12 or TLS13, not '" + text.get() + "'; older ones are not offered");
            return otherwise;
        }
        return index;
    }

    private List<String> suites(Node node) {
        List<String> known;
        try {
            known = Arrays.asList(
                    SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
        List<String> suites = texts(node);
        for (String suite : suites) {
            if (!known.contains(suite)) {
                problem(node, "no cipher suite '" + suite + "' here" + Suggestions.hint(suite, known));
            }
        }
        return suites;
    }

    private List<String> curves(Node node) {
        List<String> curves = new ArrayList<>();
        for (String name : texts(node)) {
            if (CURVES.containsKey(name)) {
                curves.add(CURVES.get(name));
            } else {
                problem(
                        node,
                        "no curve '" + name + "'; there are: " + String.join(", ", new TreeSet<>(CURVES.keySet())));
            }
        }
        return curves;
    }

    private Map<String, String> headers(Node node) {
        Map<String, String> headers = new LinkedHashMap<>();
        section("headers", node, HEADERS)
                .forEach((name, value) -> text(value).ifPresent(text -> {
                    if (text.chars().anyMatch(c -> c < 0x20 || c > 0x7e)) {
                        problem(value, name + ": a header is one line of printable ASCII");
                    } else if (!text.isEmpty()) {
                        headers.put(name, text);
                    }
                }));
        return headers;
    }

    private Map<String, String> users(Node node) {
        Map<String, String> users = new LinkedHashMap<>();
        Map<String, Node> entries = entries("basic_auth_users", node);
        if (entries.size() > MOST_USERS) {
            problem(node, "basic_auth_users: more than " + MOST_USERS + " users");
        }
        entries.forEach((name, value) -> text(value).ifPresent(hash -> {
            if (name.isEmpty() || name.indexOf(':') >= 0) {
                problem(value, "basic_auth_users: a name is not empty and has no colon");
            } else if (!hash.matches(BCRYPT)) {
                problem(
                        value,
                        "basic_auth_users: the value for '" + name
                                + "' is no bcrypt hash of a cost from 4 to 16 (htpasswd -nBC 10 '')");
            } else {
                users.put(name, hash);
            }
        }));
        return users;
    }

    private Map<String, Node> section(String name, Node node, Set<String> known) {
        Map<String, Node> entries = entries(name, node);
        entries.forEach((key, value) -> {
            if (!known.contains(key)) {
                problem(
                        value,
                        "unknown key '" + key + "'" + (name.isEmpty() ? "" : " in " + name)
                                + Suggestions.hint(key, known.stream().sorted().toList()));
            }
        });
        return entries;
    }

    private Map<String, Node> entries(String name, Node node) {
        Map<String, Node> entries = new LinkedHashMap<>();
        if (node == null || node.getTag().equals(Tag.NULL)) {
            return entries;
        }
        if (!(node instanceof MappingNode mapping)) {
            problem(node, (name.isEmpty() ? "the file" : name) + ": expected 'key: value' lines");
            return entries;
        }
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                problem(tuple.getKeyNode(), "a key must be a word");
            } else if (entries.putIfAbsent(key.getValue(), tuple.getValueNode()) != null) {
                problem(key, "duplicate key '" + key.getValue() + "'");
            }
        }
        return entries;
    }

    private Optional<String> text(Node node) {
        if (node == null || node.getTag().equals(Tag.NULL)) {
            return Optional.empty();
        }
        if (node instanceof ScalarNode scalar) {
            return Optional.of(scalar.getValue());
        }
        problem(node, "expected one value");
        return Optional.empty();
    }

    private List<String> texts(Node node) {
        if (node instanceof SequenceNode sequence) {
            return sequence.getValue().stream()
                    .flatMap(value -> text(value).stream())
                    .toList();
        }
        if (node != null && !node.getTag().equals(Tag.NULL)) {
            problem(node, "expected a list");
        }
        return List.of();
    }

    private boolean flag(Node node, boolean otherwise) {
        String text = text(node).orElse(String.valueOf(otherwise));
        if (!text.equals("true") && !text.equals("false")) {
            problem(node, "expected true or false, not '" + text + "'");
        }
        return text.equals("true");
    }

    /** Relative to the file. */
    private Optional<Path> path(Node node) {
        try {
            return text(node)
                    .filter(name -> !name.isEmpty())
                    .map(name -> file.toAbsolutePath().resolveSibling(name).normalize());
        } catch (InvalidPathException e) {
            problem(node, "not a path: " + e.getReason());
            return Optional.empty();
        }
    }

    private void problem(Node node, String text) {
        problems.add(file.getFileName() + ":"
                + (node == null
                        ? 0
                        : node.getStartMark().map(ConfigurationText::line).orElse(0)) + ": " + text);
    }
}
