package dev.gpudiag.agent.image;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an image's own configuration says of CUDA; what pip has put into its layers is not in it.
 *
 * @param environment the variables that concern CUDA; no other is kept, since images hold secrets
 * @param label {@code com.nvidia.cuda.version}
 */
public record ContainerImage(SortedMap<String, String> environment, Optional<String> label) {

    private static final String LABEL = "com.nvidia.cuda.version";

    /**
     * The image in the output of {@code docker inspect}, a {@code docker save} tar, an OCI layout or its tar, either of
     * them compressed with gzip.
     */
    public static ContainerImage read(Path path) throws ImageException {
        try {
            if (Files.isDirectory(path)) {
                return of(new ImageLayout(ImageFiles.ofDirectory(path)).configuration());
            }
            if (!Files.isRegularFile(path)) {
                throw new ImageException(path + " is not a regular file");
            }
            ImageFiles files = ImageFiles.ofFile(path);
            return of(
                    files.single().isPresent()
                            ? ImageJson.parse(path.toString(), files.single().get())
                            : new ImageLayout(files).configuration());
        } catch (IOException e) {
            throw new ImageException("cannot read " + path + ": " + e.getMessage());
        }
    }

    private static ContainerImage of(JsonNode document) throws ImageException {
        JsonNode image = document.isArray() ? document.path(0) : document;
        JsonNode config = image.has("Config") ? image.path("Config") : image.path("config");
        if (!config.isObject()) {
            throw new ImageException("no image: its configuration has no \"Config\" object");
        }
        SortedMap<String, String> environment = new TreeMap<>();
        for (JsonNode variable : config.path("Env")) {
            String[] pair = variable.asText().split("=", 2);
            if (pair.length == 2 && isWanted(pair[0])) {
                environment.put(pair[0], pair[1]);
            }
        }
        return new ContainerImage(
                environment,
                Optional.ofNullable(config.path("Labels").path(LABEL).textValue()));
    }

    private static boolean isWanted(String name) {
        return name.equals("CUDA_VERSION")
                || name.equals("NV_CUDA_CUDART_VERSION")
                || name.equals("NVIDIA_DISABLE_REQUIRE")
                || name.equals("NVIDIA_DRIVER_CAPABILITIES")
                || (name.startsWith("NVIDIA_REQUIRE_") && !name.startsWith("NVIDIA_REQUIRE_JETPACK"));
    }

    /** The toolkit's version and which variable or label says it; empty where nothing does. */
    public Optional<Map.Entry<String, String>> cuda() {
        return variable("CUDA_VERSION")
                .or(() -> label.map(version -> Map.entry("label " + LABEL, version)))
                .or(() -> variable("NV_CUDA_CUDART_VERSION"));
    }

    private Optional<Map.Entry<String, String>> variable(String name) {
        return Optional.ofNullable(environment.get(name)).map(value -> Map.entry(name, value));
    }
}
