package dev.gpudiag.agent.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.client.AgentException.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * Asks an agent: at the first of its addresses where one listens. Each question takes no longer than the timeout and no more
 * memory than {@link #MOST_BYTES}.
 */
public final class AgentClient {

    /** Bytes of an answer; a snapshot of a node of eight GPUs takes about half a MiB. */
    public static final int MOST_BYTES = 16 << 20;

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final byte[] NOTHING = {};

    private final List<AgentAddress> addresses;
    private final Duration timeout;

    /**
     * @param addresses in the order in which they are tried; the next only where nobody listens at the one before
     * @param timeout for one question
     */
    public AgentClient(List<AgentAddress> addresses, Duration timeout) {
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("no address");
        }
        this.addresses = List.copyOf(addresses);
        this.timeout = timeout;
    }

    /**
     * The document at a path.
     *
     * @param path with its query, escaped
     */
    public AgentAnswer get(String path) throws AgentException, InterruptedException {
        return ask("GET", path, NOTHING);
    }

    /** Does something; over the network an agent refuses. */
    public AgentAnswer post(String path, ObjectNode body) throws AgentException, InterruptedException {
        return ask("POST", path, body.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Ends something. */
    public AgentAnswer delete(String path) throws AgentException, InterruptedException {
        return ask("DELETE", path, NOTHING);
    }

    private AgentAnswer ask(String method, String path, byte[] body) throws AgentException, InterruptedException {
        AgentException first = null;
        for (AgentAddress address : addresses) {
            try {
                return new AgentAnswer(address, document(address, exchange(address, method, path, body)));
            } catch (AgentException e) {
                if (e.kind() != Kind.NOT_RUNNING) {
                    throw e;
                }
                first = first == null ? e : first;
            }
        }
        throw addresses.size() == 1 ? first : new AgentException(Kind.NOT_RUNNING, "no agent answers at " + listed());
    }

    private String listed() {
        return String.join(
                " or ", addresses.stream().map(AgentAddress::toString).toList());
    }

    private RawAnswer exchange(AgentAddress address, String method, String path, byte[] body)
            throws AgentException, InterruptedException {
        try {
            return switch (address) {
                case AgentAddress.Socket socket -> {
                    if (!Files.exists(socket.path())) {
                        throw new AgentException(Kind.NOT_RUNNING, "no agent: there is no socket " + socket);
                    }
                    yield new ChannelExchange(UnixDomainSocketAddress.of(socket.path()), MOST_BYTES, timeout)
                            .run(method, path, body);
                }
                case AgentAddress.Loopback loopback ->
                    new ChannelExchange(loopback.address(), MOST_BYTES, timeout).run(method, path, body);
                case AgentAddress.Url url -> new UrlExchange(url.base(), MOST_BYTES, timeout).run(method, path, body);
            };
        } catch (IOException | UnresolvedAddressException e) {
            throw failed(address, e);
        }
    }

    private AgentException failed(AgentAddress address, Exception e) {
        String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return switch (e) {
            case SocketTimeoutException timedOut ->
                new AgentException(
                        Kind.TIMED_OUT,
                        "the agent at " + address + " gave no answer within " + timeout.toMillis() + " ms");
            case UnknownHostException unknown -> new AgentException(Kind.FAILED, "no host of that name: " + address);
            case UnresolvedAddressException unresolved ->
                new AgentException(Kind.FAILED, "no host of that name: " + address);
            case ChannelExchange.NotHttpException other -> notAnAgent(address);
            case SSLException tls -> new AgentException(Kind.FAILED, address + ": TLS: " + why);
            case SocketException refused
            when why.contains("Permission denied") ->
                new AgentException(
                        Kind.NO_PERMISSION,
                        "no right to use " + address + ": root and members of its group may (see ls -l)");
            case SocketException gone
            when why.contains("Connection refused") || why.contains("No such file") ->
                new AgentException(Kind.NOT_RUNNING, "no agent answers at " + address);
            case ConnectException gone -> new AgentException(Kind.NOT_RUNNING, "no agent answers at " + address);
            case SocketException busy
            when why.contains("Resource temporarily unavailable") ->
                new AgentException(Kind.TIMED_OUT, "the agent at " + address + " takes no connections now");
            default -> new AgentException(Kind.FAILED, address + ": " + why);
        };
    }

    private static AgentException notAnAgent(AgentAddress address) {
        return new AgentException(Kind.NOT_AN_AGENT, "what answers at " + address + " is no gpudiag agent");
    }

    private static ObjectNode document(AgentAddress address, RawAnswer answer) throws AgentException {
        // what stands before the agent's routes, such as its login, has no such header
        if (answer.status() == 401) {
            throw new AgentException(
                    Kind.REFUSED, 401, address + " wants a user and password: https://USER:PASSWORD@HOST:PORT");
        }
        if (answer.header("Gpudiag-Api").isEmpty()) {
            throw notAnAgent(address);
        }
        ObjectNode document = parse(address, answer.body());
        if (answer.status() != 200) {
            throw new AgentException(
                    Kind.REFUSED,
                    answer.status(),
                    "the agent at " + address + " says: "
                            + document.path("detail").asText("HTTP status " + answer.status()));
        }
        return document;
    }

    private static ObjectNode parse(AgentAddress address, byte[] body) throws AgentException {
        try {
            JsonNode read = MAPPER.readTree(body);
            if (read instanceof ObjectNode object) {
                return object;
            }
        } catch (IOException e) {
            throw new AgentException(Kind.FAILED, address + ": its answer is no JSON: " + e.getMessage());
        }
        throw new AgentException(Kind.FAILED, address + ": its answer is no JSON object");
    }
}
