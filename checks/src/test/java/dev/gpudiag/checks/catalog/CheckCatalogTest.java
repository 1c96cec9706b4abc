package dev.gpudiag.checks.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.Setting;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CheckCatalogTest {

    @Test
    void everyCheckOfThePackageIsInTheCatalog() throws IOException, URISyntaxException {
        List<Class<?>> inCatalog =
                CheckCatalog.all().stream().<Class<?>>map(Check::getClass).toList();

        assertThat(checkClasses()).hasSizeGreaterThanOrEqualTo(6).allMatch(inCatalog::contains);
    }

    private static List<Class<?>> checkClasses() throws IOException, URISyntaxException {
        Path classes = Path.of(CheckCatalog.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        String name = CheckCatalog.class.getPackageName();
        try (Stream<Path> files = Files.list(classes.resolve(name.replace('.', '/')))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".class") && !file.equals("package-info.class"))
                    .<Class<?>>map(file -> load(name + "." + file.replace(".class", "")))
                    .filter(type -> Check.class.isAssignableFrom(type) && !Modifier.isAbstract(type.getModifiers()))
                    .toList();
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void idsAndSettingsAreUnique() {
        assertThat(CheckCatalog.all()).extracting(check -> check.spec().id()).doesNotHaveDuplicates();
        assertThat(CheckCatalog.settings()).extracting(Setting::key).doesNotHaveDuplicates();
    }

    @Test
    void everyDefaultIsAValueThatItsOwnParserTakes() {
        for (Setting<?> setting : CheckCatalog.settings()) {
            assertThat((Object) setting.parse(Setting.format(setting.defaultValue())))
                    .as(setting.key())
                    .isEqualTo(setting.defaultValue());
        }
    }

    @Test
    void whatExplainsTheRestComesFirst() {
        assertThat(CheckCatalog.all()).extracting(check -> check.spec().id()).startsWith("driver", "devices", "xid");
    }
}
