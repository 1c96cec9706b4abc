package dev.gpudiag.agent.host.process;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a container runtime's own file says of a container.
 *
 * @param runtime docker, containerd, cri-o or podman
 * @param name the container's name for people
 * @param namespace Kubernetes namespace
 * @param pod Kubernetes pod
 * @param podContainer its name in the pod
 * @param image name of its image
 * @param environment the kept variables that it was created with
 * @param source the file
 */
record ContainerRecord(
        Optional<String> runtime,
        Optional<String> name,
        Optional<String> namespace,
        Optional<String> pod,
        Optional<String> podContainer,
        Optional<String> image,
        Map<String, String> environment,
        String source) {

    private static final int NAME_LIMIT = 256;
    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxStringLength(1024 * 1024)
                    .maxTokenCount(500_000)
                    .build())
            .build());

    /** Docker's {@code config.v2.json}. */
    static ContainerRecord docker(byte[] json, String source) throws IOException {
        JsonNode container = object(json, source);
        JsonNode config = container.path("Config");
        JsonNode labels = config.path("Labels");
        return new ContainerRecord(
                Optional.of("docker"),
                text(container, "Name").map(name -> name.startsWith("/") ? name.substring(1) : name),
                text(labels, "io.kubernetes.pod.namespace"),
                text(labels, "io.kubernetes.pod.name"),
                text(labels, "io.kubernetes.container.name"),
                text(config, "Image"),
                environment(config.path("Env")),
                source);
    }

    /** A container's {@code config.json} after the OCI runtime specification, with containerd's, CRI-O's or nerdctl's notes. */
    static ContainerRecord runtimeSpecification(byte[] json, String source) throws IOException {
        JsonNode specification = object(json, source);
        JsonNode notes = specification.path("annotations");
        return new ContainerRecord(
                source.contains("/containerd/")
                        ? Optional.of("containerd")
                        : text(notes, "io.container.manager").map(name -> name.equals("libpod") ? "podman" : name),
                text(notes, "nerdctl/name"),
                text(notes, "io.kubernetes.cri.sandbox-namespace", "io.kubernetes.pod.namespace"),
                text(notes, "io.kubernetes.cri.sandbox-name", "io.kubernetes.pod.name"),
                text(notes, "io.kubernetes.cri.container-name", "io.kubernetes.container.name"),
                text(notes, "io.kubernetes.cri.image-name", "io.kubernetes.cri-o.ImageName"),
                environment(specification.path("process").path("env")),
                source);
    }

    /** The same under another name. */
    ContainerRecord named(Optional<String> other) {
        return new ContainerRecord(runtime, other, namespace, pod, podContainer, image, environment, source);
    }

    static JsonNode json(byte[] text, String source) throws IOException {
        JsonNode json = MAPPER.readTree(text);
        if (json == null || json.isMissingNode()) {
            throw new IOException(source + " is empty");
        }
        return json;
    }

    private static JsonNode object(byte[] text, String source) throws IOException {
        JsonNode json = json(text, source);
        if (!json.isObject()) {
            throw new IOException(source + " holds no JSON object");
        }
        return json;
    }

    /** The first of some texts that is there. */
    static Optional<String> text(JsonNode object, String... keys) {
        for (String key : keys) {
            String text = object.path(key).asText("");
            if (!text.isBlank()) {
                return Optional.of(text.length() <= NAME_LIMIT ? text : text.substring(0, NAME_LIMIT));
            }
        }
        return Optional.empty();
    }

    private static Map<String, String> environment(JsonNode variables) {
        Map<String, String> kept = new TreeMap<>();
        for (JsonNode variable : variables) {
            String text = variable.asText("");
            int equals = text.indexOf('=');
            if (equals > 0) {
                AllowedEnvironment.put(text.substring(0, equals), text.substring(equals + 1), kept);
            }
        }
        return Map.copyOf(kept);
    }
}
