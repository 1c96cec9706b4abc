package dev.gpudiag.agent.host;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.util.Optional;

/** Docker's {@code daemon.json}, and the unit and defaults that may name a runtime on its command line. */
final class DockerFiles implements EngineFiles {

    private static final String CONFIGURATION = "/etc/docker/daemon.json";
    private static final int DEPTH = 16;
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(DEPTH).build())
            .build());

    private final EngineTexts daemon;
    private final EngineTexts service;

    /** Empty where the file is no JSON object. */
    private final Optional<JsonNode> document;

    DockerFiles(HostRoot root) {
        daemon = new EngineTexts(root).file(CONFIGURATION);
        service = new EngineTexts(root)
                .file("/etc/default/docker")
                .file("/etc/sysconfig/docker")
                .file("/etc/systemd/system/docker.service")
                .directory("/etc/systemd/system/docker.service.d", ".conf");
        document = parse(daemon.texts().stream().findFirst().orElse(""));
    }

    private static Optional<JsonNode> parse(String text) {
        try {
            return Optional.of(text.isEmpty() ? JSON.createObjectNode() : JSON.readTree(text))
                    .filter(JsonNode::isObject);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    @Override
    public String engine() {
        return "Docker";
    }

    @Override
    public boolean namesNvidia() {
        return daemon.nameNvidia() || service.nameNvidia();
    }

    @Override
    public Optional<DefaultRuntime> defaultRuntime() {
        String name =
                document.map(json -> json.path("default-runtime").asText()).orElse("");
        return document.map(
                        json -> json.path("runtimes").path(name).path("path").asText())
                .filter(program -> !name.isEmpty() && !program.isEmpty())
                .map(program -> new DefaultRuntime(engine(), name, program));
    }

    @Override
    public Optional<Reading<String>> problem() {
        return daemon.problem()
                .or(service::problem)
                .or(() -> document.isPresent()
                        ? Optional.empty()
                        : Optional.of(Reading.missing(
                                Reason.FAILED, CONFIGURATION, CONFIGURATION + " is no JSON that can be read")));
    }
}
