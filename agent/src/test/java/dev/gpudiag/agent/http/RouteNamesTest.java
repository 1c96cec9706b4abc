package dev.gpudiag.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouteNamesTest {

    private final RouteNames names =
            new RouteNames(List.of("/", "/metrics", "/api/v1/gpus", "/api/v1/gpus/{gpu}", "/api/v1/history/{metric}"));

    @Test
    void aPathIsCountedAsItsRoute() {
        assertThat(names.of("/")).isEqualTo("/");
        assertThat(names.of("/metrics")).isEqualTo("/metrics");
        assertThat(names.of("/api/v1/gpus")).isEqualTo("/api/v1/gpus");
    }

    @Test
    void whatAClientNamesIsCountedAsTheTemplate() {
        assertThat(names.of("/api/v1/gpus/3")).isEqualTo("/api/v1/gpus/{gpu}");
        assertThat(names.of("/api/v1/gpus/no such gpu")).isEqualTo("/api/v1/gpus/{gpu}");
        assertThat(names.of("/api/v1/history/x")).isEqualTo("/api/v1/history/{metric}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "//",
                "/metrics/",
                "/Metrics",
                "/nothing",
                "/api/v1/gpus/",
                "/api/v1/gpus/3/4",
                "/api/v1/histor"
            })
    void whatAClientMakesUpIsNoRoute(String path) {
        assertThat(names.of(path)).isEmpty();
    }
}
