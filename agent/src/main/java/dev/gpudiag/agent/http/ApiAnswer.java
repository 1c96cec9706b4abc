package dev.gpudiag.agent.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.agent.report.JsonText;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.nio.charset.StandardCharsets;

/** Writes JSON documents and problems; every answer of the API says by a header that a gpudiag agent gave it. */
final class ApiAnswer {

    /** Tells an agent from another server; its value is the version of the API, not of the product. */
    static final String HEADER = "Gpudiag-Api";

    static final String VERSION = "1";

    private ApiAnswer() {}

    static void json(Context context, ObjectNode document) {
        write(context, "application/json", document);
    }

    static void problem(Context context, int status, String detail) {
        ObjectNode problem = JsonNodeFactory.instance.objectNode();
        problem.put("type", "about:blank");
        HttpStatus known = HttpStatus.forStatus(status);
        problem.put("title", known == HttpStatus.UNKNOWN ? "Error" : known.getMessage());
        problem.put("status", status);
        problem.put("detail", detail);
        context.status(status);
        write(context, "application/problem+json", problem);
    }

    private static void write(Context context, String type, ObjectNode document) {
        write(context, type, (JsonText.of(document) + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    static void write(Context context, String type, byte[] body) {
        context.header(HEADER, VERSION)
                .header("Cache-Control", "no-store")
                .contentType(type)
                .result(body);
        // a plain client is told the length; for one that takes compressed answers it is not known here
        if (context.header("Accept-Encoding") == null) {
            context.header("Content-Length", String.valueOf(body.length));
        }
    }
}
