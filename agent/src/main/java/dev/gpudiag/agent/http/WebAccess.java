package dev.gpudiag.agent.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.gpudiag.agent.report.JsonText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Who may ask over the network, as the web configuration says, and the headers that it adds. */
public interface WebAccess {

    /** Headers of every answer. */
    Map<String, String> headers();

    /** Why this request is not answered; empty for one that is. */
    Optional<Refusal> check(Request request);

    default void addHeaders(Response response) {
        headers().forEach((name, value) -> response.getHeaders().put(name, value));
    }

    /** An answer before any route. */
    record Refusal(int status, String detail) {
        public void write(Response response, Callback callback) {
            String body = JsonText.of(JsonNodeFactory.instance
                            .objectNode()
                            .put("type", "about:blank")
                            .put("title", HttpStatus.getMessage(status))
                            .put("status", status)
                            .put("detail", detail))
                    + "\n";
            response.setStatus(status);
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/problem+json");
            response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
            response.getHeaders().put(ApiAnswer.HEADER, ApiAnswer.VERSION);
            if (status == HttpStatus.UNAUTHORIZED_401) {
                response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Basic realm=\"gpudiag\", charset=\"UTF-8\"");
            }
            response.write(true, ByteBuffer.wrap(body.getBytes(StandardCharsets.US_ASCII)), callback);
        }
    }
}
