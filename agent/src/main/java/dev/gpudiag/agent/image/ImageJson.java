package dev.gpudiag.agent.image;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/** JSON of images, with bounds on its depth. */
final class ImageJson {

    private static final int DEPTH = 64;
    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(DEPTH).build())
            .build());

    private ImageJson() {}

    static JsonNode parse(String name, byte[] text) throws ImageException {
        try {
            JsonNode json = MAPPER.readTree(text);
            if (json == null || json.isMissingNode()) {
                throw new ImageException(name + " is empty");
            }
            return json;
        } catch (JsonProcessingException e) {
            throw new ImageException(name + " is neither an image nor JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new ImageException(name + ": " + e.getMessage());
        }
    }
}
