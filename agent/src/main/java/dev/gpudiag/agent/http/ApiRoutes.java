package dev.gpudiag.agent.http;

import dev.gpudiag.agent.config.Suggestions;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;

/** Serves what can be read below {@code /api/v1}; what a client made up is a problem, never a failure. */
final class ApiRoutes {

    private static final int MOST_VALUES = 64;

    private ApiRoutes() {}

    static void add(RoutesConfig routes, List<ApiRoute> api) {
        api.forEach(route -> routes.get(route.path(), context -> answer(context, route)));
    }

    private static void answer(Context context, ApiRoute route) {
        try {
            ApiRequest request = new ApiRequest(context.pathParamMap(), query(context, route));
            ApiAnswer.write(context, route.contentType(), route.read().answer(request));
        } catch (ProblemException e) {
            ApiAnswer.problem(context, e.status(), e.getMessage());
        }
    }

    private static Map<String, List<String>> query(Context context, ApiRoute route) throws ProblemException {
        Map<String, List<String>> query = context.queryParamMap();
        for (Map.Entry<String, List<String>> parameter : query.entrySet()) {
            String name = parameter.getKey();
            if (!route.parameters().contains(name)) {
                throw new ProblemException(
                        400,
                        "no parameter '" + name + "' here"
                                + Suggestions.hint(
                                        name,
                                        route.parameters().stream().sorted().toList()));
            }
            if (parameter.getValue().size() > MOST_VALUES) {
                throw new ProblemException(400, name + " is given more than " + MOST_VALUES + " times");
            }
        }
        return query;
    }
}
