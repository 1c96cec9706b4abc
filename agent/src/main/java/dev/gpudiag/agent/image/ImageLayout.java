package dev.gpudiag.agent.image;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds the configuration of an image: docker's {@code manifest.json}, or OCI's {@code index.json} and blobs. */
final class ImageLayout {

    private static final Pattern DIGEST = Pattern.compile("[a-z0-9]{1,16}:[a-f0-9]{32,128}");
    private static final int DEPTH = 4;

    private final ImageFiles files;

    ImageLayout(ImageFiles files) {
        this.files = files;
    }

    JsonNode configuration() throws IOException, ImageException {
        Optional<byte[]> manifest = files.file("manifest.json");
        if (manifest.isPresent()) {
            String name = ImageJson.parse("manifest.json", manifest.get())
                    .path(0)
                    .path("Config")
                    .asText();
            return json(name);
        }
        if (files.file("index.json").isEmpty()) {
            throw new ImageException("no image: there is neither manifest.json nor index.json");
        }
        return follow(json("index.json"), 0);
    }

    private JsonNode follow(JsonNode document, int depth) throws IOException, ImageException {
        if (document.has("config") && document.path("config").has("digest")) {
            return blob(document.path("config"));
        }
        JsonNode manifests = document.path("manifests");
        if (depth >= DEPTH || manifests.isEmpty()) {
            throw new ImageException("no image: its index leads to no manifest");
        }
        JsonNode chosen = manifests.path(0);
        for (JsonNode manifest : manifests) {
            JsonNode platform = manifest.path("platform");
            if (platform.path("os").asText().equals("linux")
                    && platform.path("architecture").asText().equals("amd64")) {
                chosen = manifest;
                break;
            }
        }
        return follow(blob(chosen), depth + 1);
    }

    private JsonNode blob(JsonNode descriptor) throws IOException, ImageException {
        String digest = descriptor.path("digest").asText();
        if (!DIGEST.matcher(digest).matches()) {
            throw new ImageException("no image: a descriptor has no usable digest");
        }
        return json("blobs/" + digest.replace(':', '/'));
    }

    private JsonNode json(String name) throws IOException, ImageException {
        Optional<byte[]> file = files.file(name);
        if (file.isEmpty()) {
            throw new ImageException("the image has no file '" + name + "'");
        }
        return ImageJson.parse(name, file.get());
    }
}
