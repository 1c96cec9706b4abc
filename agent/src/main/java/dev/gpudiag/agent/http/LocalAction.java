package dev.gpudiag.agent.http;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Something that changes what the agent does: over its Unix socket alone, and for peers that {@link PeerRule} allows.
 *
 * @param path such as {@code /api/v1/release}
 * @param act runs on a thread of the server, within its time limit
 */
public record LocalAction(Method method, String path, Act act) {

    /** How it is asked for. */
    public enum Method {
        POST,
        DELETE
    }

    /** What is done; thread-safe. */
    @FunctionalInterface
    public interface Act {
        /**
         * Does it.
         *
         * @param request the body; an empty object where there was none
         * @return the body of the answer, without its {@code schema_version}
         * @throws ProblemException with a status of 400 to 499 where the request cannot be done
         */
        ObjectNode run(ObjectNode request, Peer peer) throws ProblemException;
    }
}
