package dev.gpudiag.agent.cli;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * What this program is.
 *
 * @param version version of gpudiag
 * @param revision source revision it was built from; {@code unknown} outside a release build
 * @param java version and vendor of the Java that runs it
 */
public record Product(String version, String revision, String java) {

    public Product {
        requireNonNull(version, "version is null");
        requireNonNull(revision, "revision is null");
        requireNonNull(java, "java is null");
    }

    /** As the build wrote it into {@code product.properties}. */
    public static Product built() {
        Properties properties = new Properties();
        try (InputStream resource = Product.class.getResourceAsStream("product.properties")) {
            properties.load(resource);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Product(
                properties.getProperty("version"),
                properties.getProperty("revision"),
                Runtime.version() + ", " + System.getProperty("java.vendor"));
    }
}
