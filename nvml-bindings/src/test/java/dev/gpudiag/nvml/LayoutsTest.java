package dev.gpudiag.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Holds every figure of {@link Layouts} against what a C compiler says of nvml.h. */
class LayoutsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void everySizeOffsetAndVersionIsThatOfTheHeader() throws IOException {
        JsonNode header;
        try (InputStream copy = LayoutsTest.class.getResourceAsStream("/nvml-layouts.json")) {
            header = JSON.readTree(copy);
        }

        Map<String, Integer> expected = new LinkedHashMap<>();
        header.properties().forEach(struct -> {
            JsonNode layout = struct.getValue();
            expected.put(struct.getKey() + ".sizeof", layout.get("sizeof").asInt());
            layout.get("fields")
                    .properties()
                    .forEach(field -> expected.put(
                            struct.getKey() + "." + constantName(field.getKey()),
                            field.getValue().asInt()));
            if (layout.has("version")) {
                expected.put(struct.getKey() + ".VERSION", layout.get("version").asInt());
            }
        });
        // Two structs whose version word is a plain number, from constants of the header.
        expected.put("nvmlGpmMetricsGet_t.VERSION", 1);
        expected.put("nvmlGpmSupport_t.VERSION", 1);

        Map<String, String> differing = new TreeMap<>();
        Map<String, Integer> declared = declared();
        expected.forEach((name, value) -> {
            if (!value.equals(declared.get(name))) {
                differing.put(name, "declared " + declared.get(name) + ", header " + value);
            }
        });
        assertThat(differing).isEmpty();
        assertThat(declared).hasSameSizeAs(expected);
    }

    @Test
    void theCopyOfTheFiguresIsThatOfTheAbiStudy() throws IOException {
        Path abi = Path.of(System.getProperty("gpudiag.shared"), "nvml", "nvml-abi.json");
        assumeTrue(Files.exists(abi), "no ../shared/nvml: the copied figures are not compared with their source");
        JsonNode study = JSON.readTree(abi.toFile());

        Map<String, Integer> differing = new LinkedHashMap<>();
        declared().forEach((name, value) -> {
            Integer there = figure(study, name.substring(0, name.indexOf('.')), name.substring(name.indexOf('.') + 1));
            if (!value.equals(there)) {
                differing.put(name + " (study: " + there + ")", value);
            }
        });

        assertThat(differing).isEmpty();
    }

    @Test
    void everyStructFitsTheMemoryOfAThread() throws IOException {
        declared().entrySet().stream()
                .filter(figure -> figure.getKey().endsWith(".sizeof"))
                .forEach(figure ->
                        assertThat(figure.getValue()).as(figure.getKey()).isLessThanOrEqualTo(Scratch.INITIAL_BYTES));
    }

    @Test
    void versionWordsHoldSizeAndVersion() {
        declared().forEach((name, version) -> {
            if (name.endsWith(".VERSION") && version != 1) {
                String struct = name.substring(0, name.indexOf('.'));
                assertThat(version & 0xffffff).as(name).isEqualTo(declared().get(struct + ".sizeof"));
            }
        });
    }

    private static Integer figure(JsonNode study, String struct, String constant) {
        if (constant.equals("sizeof")) {
            return study.path("structs").path(struct).path("sizeof").asInt();
        }
        if (constant.equals("VERSION")) {
            String name = struct.substring(0, struct.length() - "_t".length());
            JsonNode word = study.path("struct_versions").path(name).path("value");
            String macro = struct.contains("Support") ? "NVML_GPM_SUPPORT_VERSION" : "NVML_GPM_METRICS_GET_VERSION";
            return word.isMissingNode() ? study.path("constants").path(macro).asInt() : word.asInt();
        }
        for (JsonNode field : study.path("structs").path(struct).path("fields")) {
            if (constantName(field.path("name").asText()).equals(constant)) {
                return field.path("offset").asInt();
            }
        }
        return null;
    }

    private static String constantName(String cName) {
        return cName.replace("[0].", "0_").replace('.', '_');
    }

    private static Map<String, Integer> declared() {
        Map<String, Integer> figures = new LinkedHashMap<>();
        for (Class<?> struct : Layouts.class.getDeclaredClasses()) {
            for (Field field : struct.getDeclaredFields()) {
                try {
                    figures.put(struct.getSimpleName() + "." + field.getName(), field.getInt(null));
                } catch (IllegalAccessException e) {
                    throw new AssertionError(e);
                }
            }
        }
        assertThat(new TreeSet<>(figures.keySet())).hasSizeGreaterThan(200);
        return figures;
    }
}
