package dev.gpudiag.agent.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One request to an agent elsewhere, over http or https; follows no redirect. */
final class UrlExchange {

    private final URI base;
    private final int limit;
    private final Duration timeout;

    UrlExchange(URI base, int limit, Duration timeout) {
        this.base = base;
        this.limit = limit;
        this.timeout = timeout;
    }

    RawAnswer run(String method, String path, byte[] body) throws IOException, InterruptedException {
        try (Closing client = new Closing(HttpClient.newBuilder()
                .connectTimeout(timeout)
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1)
                .build())) {
            CompletableFuture<RawAnswer> answer = client.http()
                    .sendAsync(request(method, path, body), BodyHandlers.ofInputStream())
                    .thenApplyAsync(this::whole);
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new SocketTimeoutException();
        } catch (ExecutionException e) {
            throw unwrapped(e.getCause());
        }
    }

    /** Lets go of the client at once: a close would wait for an answer that does not end. */
    private record Closing(HttpClient http) implements AutoCloseable {
        @Override
        public void close() {
            http.shutdownNow();
        }
    }

    private HttpRequest request(String method, String path, byte[] body) {
        String root = base.getScheme() + "://" + authority() + base.getRawPath();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(root + path))
                .timeout(timeout)
                .header("Accept", "application/json")
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (base.getUserInfo() != null) {
            request.header(
                    "Authorization",
                    "Basic "
                            + Base64.getEncoder()
                                    .encodeToString(base.getUserInfo().getBytes(StandardCharsets.UTF_8)));
        }
        return request.build();
    }

    private String authority() {
        return base.getHost() + (base.getPort() < 0 ? "" : ":" + base.getPort());
    }

    private RawAnswer whole(HttpResponse<InputStream> response) {
        try (InputStream in = response.body()) {
            byte[] body = in.readNBytes(limit + 1);
            if (body.length > limit) {
                throw new IOException("the answer is longer than " + limit + " bytes");
            }
            return new RawAnswer(response.statusCode(), flat(response.headers()), body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> flat(HttpHeaders headers) {
        Map<String, String> flat = new HashMap<>();
        headers.map().forEach((name, values) -> flat.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
        return flat;
    }

    private static IOException unwrapped(Throwable cause) {
        Throwable found = cause;
        while (found.getCause() != null && !(found instanceof IOException)) {
            found = found.getCause();
        }
        if (found instanceof HttpTimeoutException) {
            return new SocketTimeoutException();
        }
        return found instanceof IOException io ? io : new IOException(String.valueOf(found.getMessage()), found);
    }
}
