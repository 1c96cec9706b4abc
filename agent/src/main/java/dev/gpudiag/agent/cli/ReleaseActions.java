package dev.gpudiag.agent.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.agent.http.LocalAction;
import dev.gpudiag.agent.http.Peer;
import dev.gpudiag.agent.http.ProblemException;
import dev.gpudiag.agent.sampling.DriverRelease;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Lets go of the driver, and takes it again, at the word of a user of this machine. */
final class ReleaseActions {

    static final String PATH = "/api/v1/release";

    /** How long an answer waits for the last handle to be closed. */
    static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final String PASSWD = "/etc/passwd";
    private static final int PASSWD_BYTES = 1024 * 1024;

    private final DriverRelease release;

    ReleaseActions(DriverRelease release) {
        this.release = release;
    }

    List<LocalAction> all() {
        return List.of(
                new LocalAction(LocalAction.Method.POST, PATH, this::begin),
                new LocalAction(LocalAction.Method.DELETE, PATH, (request, peer) -> json(release.end())));
    }

    private ObjectNode begin(ObjectNode request, Peer peer) throws ProblemException {
        JsonNode seconds = request.path("seconds");
        if (!seconds.canConvertToLong() || !seconds.isIntegralNumber()) {
            throw new ProblemException(400, "seconds: how long, a whole number");
        }
        try {
            release.release(
                    Duration.ofSeconds(seconds.asLong()), name(peer.user().getName()));
            return json(release.awaitLetGo(PATIENCE));
        } catch (IllegalArgumentException e) {
            throw new ProblemException(400, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return json(release.state());
        }
    }

    /** The user's name, with the number where {@code /etc/passwd} has it. */
    private static String name(String user) {
        try {
            String text = new String(new HostRoot(Path.of("/")).bytes(PASSWD, PASSWD_BYTES), StandardCharsets.UTF_8);
            return text.lines()
                    .map(line -> line.split(":", 4))
                    .filter(fields -> fields.length == 4 && fields[0].equals(user))
                    .findFirst()
                    .map(fields -> "user " + user + " (uid " + fields[2] + ")")
                    .orElse("user " + user);
        } catch (IOException e) {
            return "user " + user;
        }
    }

    private static ObjectNode json(DriverRelease.State state) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("hold", state.hold().name()).put("text", state.text());
        state.until().ifPresentOrElse(until -> json.put("until", until.toString()), () -> json.putNull("until"));
        return json;
    }
}
