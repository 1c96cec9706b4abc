package dev.gpudiag.agent.endpoints;

import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Gets one page: within a time and a size, from that address and no other. Thread-safe. */
final class EndpointClient {

    /** Bytes of a page; that of an engine with many models is a few hundred KiB. */
    static final int SIZE_LIMIT = 4 << 20;

    private static final int OK = 200;

    private final HttpClient client;
    private final Duration limit;

    /**
     * @param limit time for the whole page
     */
    EndpointClient(Duration limit) {
        this.limit = limit;
        this.client = HttpClient.newBuilder()
                .connectTimeout(limit)
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    /** The page, or why there is none; always completes within the limit, and never exceptionally. */
    CompletableFuture<Reading<String>> get(String url) {
        HttpRequest request;
        try {
            request = HttpRequest.newBuilder(URI.create(url))
                    .timeout(limit)
                    .header("Accept", "text/plain")
                    .build();
        } catch (IllegalArgumentException e) {
            return CompletableFuture.completedFuture(Reading.missing(Reason.FAILED, url, "no URL: " + e.getMessage()));
        }
        CompletableFuture<HttpResponse<byte[]>> answer =
                client.sendAsync(request, response -> new LimitedBody(SIZE_LIMIT));
        CompletableFuture<Reading<String>> page =
                answer.thenApply(response -> page(url, response)).exceptionally(error -> failed(url, error));
        return page.completeOnTimeout(timedOut(url), limit.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((reading, error) -> answer.cancel(true));
    }

    private Reading<String> timedOut(String url) {
        return Reading.missing(Reason.TIMED_OUT, url, "no whole answer within " + limit.toMillis() + " ms");
    }

    private static Reading<String> page(String url, HttpResponse<byte[]> response) {
        if (response.statusCode() / 100 == 3) {
            return Reading.missing(Reason.FAILED, url, "sends elsewhere, which is not followed", response.statusCode());
        }
        if (response.statusCode() != OK) {
            return Reading.missing(Reason.FAILED, url, "HTTP status", response.statusCode());
        }
        return Reading.of(new String(response.body(), StandardCharsets.UTF_8), url);
    }

    private Reading<String> failed(String url, Throwable error) {
        Throwable cause = error;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof TimeoutException || cause instanceof HttpTimeoutException) {
            return timedOut(url);
        }
        String detail = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return Reading.missing(Reason.FAILED, url, cause instanceof ConnectException ? "connection refused" : detail);
    }
}
