package dev.gpudiag.agent.http;

import java.util.Set;

/**
 * Something that can be read, at a path below {@code /api/v1}.
 *
 * @param path {@code {name}} in it is a part that the request fills
 * @param parameters of the query that it knows; others are refused
 * @param contentType of its body
 * @param read runs on a thread of the server, from memory alone
 */
public record ApiRoute(String path, Set<String> parameters, String contentType, Read read) {

    public static final String JSON = "application/json";

    public ApiRoute {
        parameters = Set.copyOf(parameters);
    }

    /** What is read; thread-safe. */
    @FunctionalInterface
    public interface Read {
        /**
         * The document.
         *
         * @throws ProblemException with a status of 400 to 499
         */
        byte[] answer(ApiRequest request) throws ProblemException;
    }
}
