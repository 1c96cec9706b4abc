package dev.gpudiag.agent.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.http.ApiRequest;
import dev.gpudiag.agent.http.ApiRoute;
import dev.gpudiag.agent.http.ProblemException;
import dev.gpudiag.agent.replay.Recording;
import dev.gpudiag.agent.report.JsonReport;
import dev.gpudiag.agent.report.JsonText;
import dev.gpudiag.checks.Report;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The routes of the API, over one view of the agent. */
public final class Api {

    public static final String ROOT = "/api/v1";

    private final AgentView view;

    public Api(AgentView view) {
        this.view = view;
    }

    /** Those that every agent has. */
    public List<ApiRoute> routes() {
        CheckDocuments checks = new CheckDocuments(view);
        GpuDocuments gpus = new GpuDocuments(view);
        HistoryDocument history = new HistoryDocument(view);
        List<ApiRoute> routes = new ArrayList<>();
        routes.add(json("/status", Set.of(), request -> StatusDocument.of(view)));
        routes.add(json("/gpus", Set.of(), request -> gpus.all()));
        routes.add(
                json("/gpus/{gpu}", Set.of(), request -> gpus.one(request.path().get("gpu"))));
        routes.add(json("/checks", Set.of(), request -> checks.all()));
        routes.add(json(
                "/checks/{check}",
                Set.of(),
                request -> checks.one(request.path().get("check"))));
        routes.add(json("/findings", CheckDocuments.PARAMETERS, checks::findings));
        routes.add(json("/events", EventDocument.PARAMETERS, request -> EventDocument.of(view, request)));
        routes.add(json("/history", HistoryDocument.PARAMETERS, history::of));
        routes.add(json("/processes", Set.of(), request -> ProcessDocument.of(report(view))));
        routes.add(new ApiRoute(ROOT + "/snapshot", Set.of(), ApiRoute.JSON, request -> snapshot()));
        routes.add(resource("openapi.json", Api.class, "application/openapi+json"));
        routes.add(resource("check.schema.json", JsonReport.class, "application/schema+json"));
        return routes;
    }

    /** A document that is made when it is asked for. */
    @FunctionalInterface
    public interface Document {
        ObjectNode of(ApiRequest request) throws ProblemException;
    }

    /** A route of JSON, below the root. */
    public static ApiRoute json(String path, Set<String> parameters, Document document) {
        return new ApiRoute(ROOT + path, parameters, ApiRoute.JSON, request -> text(document.of(request)));
    }

    /** An object that begins as every answer does. */
    public static ObjectNode begun() {
        return JsonNodeFactory.instance.objectNode().put("schema_version", JsonReport.SCHEMA_VERSION);
    }

    private static byte[] text(ObjectNode document) {
        return (JsonText.of(document) + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    private byte[] snapshot() throws ProblemException {
        return Recording.write(report(view).sample(), view.agent().version()).getBytes(StandardCharsets.UTF_8);
    }

    /** The last report; a problem before there is one. */
    public static Report report(AgentView view) throws ProblemException {
        return view.report()
                .orElseThrow(() -> new ProblemException(404, "there is no verdict yet: the first sample is under way"));
    }

    private static ApiRoute resource(String name, Class<?> beside, String type) {
        return new ApiRoute(ROOT + "/" + name, Set.of(), type, request -> {
            try (InputStream in = beside.getResourceAsStream(name)) {
                return in.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException("the product lacks " + name, e);
            }
        });
    }
}
