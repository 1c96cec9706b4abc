package dev.gpudiag.agent.http;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The route that a path belongs to, for counting: never what a client made up. */
final class RouteNames {

    private final Set<String> exact;
    private final List<String> templates;

    RouteNames(Collection<String> routes) {
        exact = routes.stream().filter(route -> route.indexOf('{') < 0).collect(Collectors.toUnmodifiableSet());
        templates = routes.stream().filter(route -> route.indexOf('{') >= 0).toList();
    }

    /** Empty for a path of no route. */
    String of(String path) {
        if (exact.contains(path)) {
            return path;
        }
        // the name is the last part of every template
        for (String template : templates) {
            int name = template.indexOf('{');
            if (path.length() > name && path.startsWith(template.substring(0, name)) && path.indexOf('/', name) < 0) {
                return template;
            }
        }
        return "";
    }
}
