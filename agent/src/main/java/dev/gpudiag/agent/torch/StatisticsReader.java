package dev.gpudiag.agent.torch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.checks.memory.torch.AllocatorStatistics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Reads {@code json.dump(torch.cuda.memory_stats(), file)}: flat or nested, of one device, or of several as a list or by
 * their numbers.
 */
public final class StatisticsReader {

    /** Bytes of a file; the statistics of a device are about 10 KiB. */
    public static final int SIZE_LIMIT = 4 << 20;

    private static final int DEPTH_LIMIT = 8;
    private static final int VALUE_LIMIT = 10_000;
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_LIMIT)
                    .maxNumberLength(64)
                    .maxStringLength(1 << 16)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());

    private StatisticsReader() {}

    /**
     * The statistics in {@code text}.
     *
     * @throws TorchFileException for what is no JSON, or holds no such statistics
     */
    public static List<AllocatorStatistics> read(byte[] text) throws TorchFileException {
        JsonNode document;
        try {
            document = JSON.readTree(text);
        } catch (IOException e) {
            String problem = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new TorchFileException("not JSON that can be read: " + problem, e);
        }
        List<AllocatorStatistics> found = new ArrayList<>();
        if (document != null && document.isArray()) {
            for (JsonNode device : document) {
                found.add(statistics(OptionalLong.of(found.size()), device));
            }
        } else if (document != null && document.isObject() && !document.isEmpty() && isByDevice(document)) {
            for (Map.Entry<String, JsonNode> device : document.properties()) {
                String number = device.getKey().substring(device.getKey().indexOf(':') + 1);
                found.add(statistics(OptionalLong.of(Long.parseLong(number)), device.getValue()));
            }
        } else if (document != null) {
            found.add(statistics(OptionalLong.empty(), document));
        }
        return List.copyOf(found);
    }

    private static boolean isByDevice(JsonNode document) {
        return document.properties().stream().allMatch(entry -> entry.getKey().matches("(cuda:)?\\d{1,4}"));
    }

    private static AllocatorStatistics statistics(OptionalLong device, JsonNode node) throws TorchFileException {
        Map<String, Long> values = new LinkedHashMap<>();
        flatten("", node, values);
        boolean known = values.keySet().stream()
                .anyMatch(name -> name.startsWith("reserved_bytes.") || name.startsWith("allocated_bytes."));
        if (!known) {
            throw new TorchFileException(
                    "this JSON holds no memory_stats of PyTorch: neither reserved_bytes nor allocated_bytes is in it");
        }
        return new AllocatorStatistics(device, values);
    }

    /** Nested statistics have the flat names, in parts. */
    private static void flatten(String prefix, JsonNode node, Map<String, Long> values) throws TorchFileException {
        if (node.isObject()) {
            for (Map.Entry<String, JsonNode> entry : node.properties()) {
                flatten(prefix.isEmpty() ? entry.getKey() : prefix + "." + entry.getKey(), entry.getValue(), values);
            }
        } else if (node.isIntegralNumber() && node.canConvertToLong() && values.size() < VALUE_LIMIT) {
            if (node.longValue() < 0 && prefix.endsWith("_bytes.all.current")) {
                throw new TorchFileException(prefix + " is negative");
            }
            values.put(prefix, node.longValue());
        }
    }
}
