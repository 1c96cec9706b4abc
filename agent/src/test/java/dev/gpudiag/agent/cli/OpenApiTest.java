package dev.gpudiag.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.gpudiag.agent.http.ApiRequest;
import dev.gpudiag.agent.http.ApiRoute;
import dev.gpudiag.agent.http.ProblemException;
import dev.gpudiag.agent.report.JsonReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds {@code openapi.json} against the routes, and the routes' answers against it. */
class OpenApiTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static List<SimulatedAgent> agents;
    private static JsonNode openapi;
    private static String schemas;

    @BeforeAll
    static void start() throws Exception {
        agents = List.of(SimulatedAgent.of("mig-a100"), SimulatedAgent.of("gpu-lost"), SimulatedAgent.of("t4"));
        String text = new String(route("/api/v1/openapi.json").read().answer(request()), StandardCharsets.UTF_8);
        openapi = MAPPER.readTree(text);
        schemas = text;
    }

    @Test
    void everyRouteAndParameterIsDescribedAndNothingElse() {
        Set<String> described = new HashSet<>();
        openapi.get("paths").fieldNames().forEachRemaining(described::add);
        List<ApiRoute> routes = agents.getFirst().routes();

        assertThat(routes).extracting(ApiRoute::path).containsExactlyInAnyOrderElementsOf(described);
        for (ApiRoute route : routes) {
            JsonNode get = openapi.get("paths").get(route.path()).get("get");
            Set<String> parameters = new HashSet<>();
            Set<String> inPath = new HashSet<>();
            get.path("parameters")
                    .forEach(parameter -> (parameter.get("in").asText().equals("path") ? inPath : parameters)
                            .add(parameter.get("name").asText()));
            assertThat(parameters).as(route.path()).isEqualTo(route.parameters());
            assertThat(inPath).as(route.path()).allMatch(name -> route.path().contains("{" + name + "}"));
            assertThat(get.at("/responses/200/content").fieldNames().next())
                    .as(route.path())
                    .isEqualTo(route.contentType().replaceFirst(";.*", ""));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/v1/status|",
                "/api/v1/report|",
                "/api/v1/report|gpu=0",
                "/api/v1/report|check=driver&strict=true",
                "/api/v1/gpus|",
                "/api/v1/gpus/{gpu}|gpu=0",
                "/api/v1/checks|",
                "/api/v1/checks/{check}|check=driver",
                "/api/v1/findings|",
                "/api/v1/findings|status=CRITICAL,WARNING&gpu=0",
                "/api/v1/events|",
                "/api/v1/events|since=2h&kind=process,xid&limit=5&gpu=0",
                "/api/v1/history|metric=memory_used_bytes&gpu=0",
                "/api/v1/history|metric=process_count&gpu=0&points=2&since=3h",
                "/api/v1/history|metric=temperature_gpu_celsius&gpu=0&from=0&to=2100-01-01T00:00:00Z",
                "/api/v1/processes|",
                "/api/v1/snapshot|",
                "/api/v1/openapi.json|",
                "/api/v1/check.schema.json|"
            })
    void everyAnswerFollowsItsSchema(String path, String query) throws Exception {
        for (SimulatedAgent agent : agents) {
            ApiRoute route = route(agent, path);
            JsonNode answer = MAPPER.readTree(route.read()
                    .answer(request(route, Optional.ofNullable(query).orElse(""))));
            JsonNode schema = openapi.get("paths")
                    .get(path)
                    .at("/get/responses/200/content")
                    .elements()
                    .next()
                    .get("schema");

            assertThat(schema(schema).validate(answer))
                    .as(agent.name() + " " + path)
                    .isEmpty();
        }
    }

    @Test
    void aSchemaThatAnAnswerDoesNotFollowIsNoticed() throws Exception {
        JsonNode schema = MAPPER.readTree("{\"$ref\": \"#/components/schemas/Gpus\"}");
        assertThat(schema(schema).validate(MAPPER.readTree("{\"schema_version\": 1, \"gpus\": [{}]}")))
                .isNotEmpty();
    }

    @Test
    void whatAnAgentFoundAtItsStartIsAmongItsEvents() throws Exception {
        ApiRoute route = route(agents.get(1), "/api/v1/events");
        assertThat(MAPPER.readTree(route.read().answer(request(route, "kind=check")))
                        .get("events"))
                .anySatisfy(event -> assertThat(event.get("severity").asText()).isEqualTo("CRITICAL"));
    }

    @Test
    void aHistoryHasNoMorePointsThanAskedForAndKeepsItsPeaks() throws Exception {
        ApiRoute route = route(agents.getFirst(), "/api/v1/history");
        JsonNode all = MAPPER.readTree(
                route.read().answer(request(route, "metric=utilization_gpu_ratio&gpu=0&points=2000&since=3h")));
        JsonNode two = MAPPER.readTree(
                route.read().answer(request(route, "metric=memory_used_bytes&gpu=0&points=2&since=3h")));

        assertThat(all.get("samples_per_point").asInt()).isEqualTo(1);
        assertThat(two.get("points")).hasSize(2);
        assertThat(two.get("points").get(0).get("max").asDouble())
                .isGreaterThanOrEqualTo(two.get("points").get(0).get("value").asDouble());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/v1/history|gpu=0|400|which metric?",
                "/api/v1/history|metric=memory_used_bytes|400|which gpu?",
                "/api/v1/history|metric=memory_used_byte&gpu=0|400|did you mean 'memory_used_bytes'?",
                "/api/v1/history|metric=memory_used_bytes&gpu=99|404|no GPU '99'",
                "/api/v1/history|metric=memory_used_bytes&gpu=0&points=0|400|points is 1 to 2000",
                "/api/v1/history|metric=memory_used_bytes&gpu=0&points=9999|400|points is 1 to 2000",
                "/api/v1/history|metric=memory_used_bytes&gpu=0&from=yesterday|400|from is a time such as",
                "/api/v1/history|metric=memory_used_bytes&gpu=0&from=5&to=4|400|from is after to",
                "/api/v1/history|metric=memory_used_bytes&gpu=0&from=5&since=1h|400|exclude each other",
                "/api/v1/history|metric=memory_used_bytes&gpu=0&since=9999999999d|400|since is",
                "/api/v1/history|metric=memory_used_bytes&gpu=0&mig=99|404|no MIG device '99'",
                "/api/v1/history|metric=memory_used_bytes&gpu=0&gpu=1|400|gpu is given 2 times",
                "/api/v1/findings|status=BAD|400|no status 'BAD'",
                "/api/v1/findings|check=none|404|no check 'none'",
                "/api/v1/gpus/{gpu}|gpu=none|404|no GPU 'none'",
                "/api/v1/checks/{check}|check=none|404|no check 'none'",
                "/api/v1/events|kind=proces|400|did you mean 'process'?",
                "/api/v1/events|limit=0|400|limit is 1 to",
                "/api/v1/report|gpu=none|400|no GPU 'none'",
                "/api/v1/report|strict=maybe|400|strict is true or false",
                "/api/v1/report.txt|check=none|400|no check 'none'"
            })
    void aRequestThatCannotBeAnsweredIsAProblemInWords(String path, String query, int status, String words) {
        ApiRoute route = route(agents.getFirst(), path);

        assertThat(catchThrowableOfType(
                        ProblemException.class, () -> route.read().answer(request(route, query))))
                .satisfies(problem -> assertThat(problem.status()).isEqualTo(status))
                .hasMessageContaining(words);
    }

    private static JsonSchema schema(JsonNode part) throws IOException {
        String check = new String(
                JsonReport.class.getResourceAsStream("check.schema.json").readAllBytes(), UTF_8);
        String bundle = schemas.replace("check.schema.json#", "urn:gpudiag:check:1#")
                .replace("\"check.schema.json\"", "\"urn:gpudiag:check:1\"");
        JsonSchemaFactory factory = JsonSchemaFactory.getInstance(
                SpecVersion.VersionFlag.V202012,
                builder -> builder.schemaLoaders(
                        loaders -> loaders.schemas(Map.of("urn:gpudiag:check:1", check, "urn:gpudiag:api", bundle))));
        String text = part.toString()
                .replace("check.schema.json#", "urn:gpudiag:check:1#")
                .replace("\"check.schema.json\"", "\"urn:gpudiag:check:1\"")
                .replace("\"#/", "\"urn:gpudiag:api#/");
        return factory.getSchema(text);
    }

    private static ApiRoute route(String path) {
        return route(agents.getFirst(), path);
    }

    private static ApiRoute route(SimulatedAgent agent, String path) {
        return agent.routes().stream()
                .filter(route -> route.path().equals(path))
                .findFirst()
                .orElseThrow();
    }

    private static ApiRequest request() {
        return new ApiRequest(Map.of(), Map.of());
    }

    /** The query, and what of it fills the path. */
    private static ApiRequest request(ApiRoute route, String query) {
        Map<String, String> path = new HashMap<>();
        Map<String, List<String>> parameters = new HashMap<>();
        for (String pair : query.isEmpty() ? List.<String>of() : List.of(query.split("&"))) {
            String[] parts = pair.split("=", 2);
            if (route.path().contains("{" + parts[0] + "}")) {
                path.put(parts[0], parts[1]);
            } else {
                parameters.merge(
                        parts[0], List.of(parts[1]), (one, other) -> List.of(one.getFirst(), other.getFirst()));
            }
        }
        return new ApiRequest(path, parameters);
    }
}
