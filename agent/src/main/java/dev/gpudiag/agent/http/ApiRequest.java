package dev.gpudiag.agent.http;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a request asks for.
 *
 * @param path what stands in the path for each of its names
 * @param query by parameter, those that the route knows
 */
public record ApiRequest(Map<String, String> path, Map<String, List<String>> query) {

    public ApiRequest {
        requireNonNull(path, "path is null");
        path = Map.copyOf(path);
        query = Map.copyOf(query);
    }

    /** A parameter that may be given once. */
    public Optional<String> one(String name) throws ProblemException {
        List<String> values = query.getOrDefault(name, List.of());
        if (values.size() > 1) {
            throw new ProblemException(400, name + " is given " + values.size() + " times");
        }
        return values.stream().findFirst();
    }

    /** A parameter that may be given more than once, or as a list with commas. */
    public List<String> all(String name) {
        return query.getOrDefault(name, List.of()).stream()
                .flatMap(value -> List.of(value.split(",", -1)).stream())
                .filter(value -> !value.isEmpty())
                .toList();
    }
}
