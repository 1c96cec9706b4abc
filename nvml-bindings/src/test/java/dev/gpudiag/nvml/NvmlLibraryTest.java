package dev.gpudiag.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NvmlLibraryTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"470, 470.256.02", "535, 535.309.01"})
    void theVersionOfARealLibraryIsReadFromTheFile(String branch, String version) {
        NvmlLibrary found = NvmlLibrary.search(Optional.of(RealLibraries.library(branch)), List.of());

        assertThat(found).isInstanceOfSatisfying(NvmlLibrary.Found.class, library -> {
            assertThat(library.version()).contains(version);
            assertThat(library.tried()).isEmpty();
        });
    }

    @Test
    void aDirectoryMeansTheSonameWithinIt() {
        Path real = RealLibraries.directory("535");

        assertThat(NvmlLibrary.search(Optional.of(real), List.of()))
                .isInstanceOfSatisfying(
                        NvmlLibrary.Found.class,
                        library -> assertThat(library.path()).isEqualTo(real.resolve("libnvidia-ml.so.1")));
    }

    @Test
    void theNameBehindALinkTellsTheVersion() throws IOException {
        Path versioned = directory.resolve("libnvidia-ml.so.550.54.15");
        Files.copy(RealLibraries.library("535"), versioned);
        Path link = Files.createSymbolicLink(directory.resolve("libnvidia-ml.so.1"), versioned.getFileName());

        Path target = versioned.toRealPath();

        assertThat(NvmlLibrary.search(Optional.of(link), List.of()))
                .isInstanceOfSatisfying(NvmlLibrary.Found.class, library -> {
                    assertThat(library.version()).contains("550.54.15");
                    assertThat(library.realPath()).isEqualTo(target);
                });
    }

    @Test
    void aDriverRootIsSearchedInTheDirectoriesOfDistributions() throws IOException {
        Path library = directory.resolve("usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1");
        Files.createDirectories(library.getParent());
        Files.copy(RealLibraries.library("470"), library);
        assumeNoDriverHere();

        assertThat(NvmlLibrary.search(Optional.empty(), List.of(directory)))
                .isInstanceOfSatisfying(
                        NvmlLibrary.Found.class,
                        found -> assertThat(found.path()).isEqualTo(library));
    }

    @Test
    void anAbsoluteLinkBelowADriverRootStaysBelowIt() throws IOException {
        Path versioned = directory.resolve("usr/lib/x86_64-linux-gnu/nvidia/current/libnvidia-ml.so.535.309.01");
        Files.createDirectories(versioned.getParent());
        Files.copy(RealLibraries.library("535"), versioned);
        Files.createDirectories(directory.resolve("etc/alternatives"));
        Files.createSymbolicLink(
                directory.resolve("etc/alternatives/glx--libnvidia-ml.so.1"),
                Path.of("/usr/lib/x86_64-linux-gnu/nvidia/current/libnvidia-ml.so.535.309.01"));
        Path link = Files.createSymbolicLink(
                directory.resolve("usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1"),
                Path.of("/etc/alternatives/glx--libnvidia-ml.so.1"));
        Path target = versioned.toRealPath();
        assumeNoDriverHere();

        assertThat(NvmlLibrary.search(Optional.empty(), List.of(directory)))
                .isInstanceOfSatisfying(NvmlLibrary.Found.class, found -> {
                    assertThat(found.path()).isEqualTo(link);
                    assertThat(found.realPath()).isEqualTo(target);
                });
    }

    @Test
    void nothingFoundListsEachPlaceWithItsReason() {
        assumeNoDriverHere();

        NvmlLibrary search = NvmlLibrary.search(Optional.empty(), List.of(directory));

        assertThat(search).isInstanceOf(NvmlLibrary.NotFound.class);
        assertThat(search.tried()).contains(directory + "/usr/lib64/libnvidia-ml.so.1: no such file");
    }

    @Test
    void aTextFileIsNotAnElfLibrary() throws IOException {
        Path text = Files.writeString(directory.resolve("libnvidia-ml.so.1"), "#!/bin/sh\necho hello\n");

        assertThat(reason(text)).isEqualTo("is not an ELF library");
    }

    @Test
    void anEmptyFileIsNotAnElfLibrary() throws IOException {
        assertThat(reason(Files.createFile(directory.resolve("empty")))).isEqualTo("is not an ELF library");
    }

    @Test
    void aTruncatedLibraryIsDamaged() throws IOException {
        byte[] whole = Files.readAllBytes(RealLibraries.library("535"));
        for (int length : new int[] {5, 63, 64, 1000, whole.length / 2, whole.length - 100}) {
            Path cut = Files.write(directory.resolve("cut"), Arrays.copyOf(whole, length));

            assertThat(reason(cut)).as(length + " bytes").startsWith("is ");
        }
    }

    @Test
    void aLibraryForAnotherProcessorIsNamedAsSuch() throws IOException {
        byte[] bytes = Files.readAllBytes(RealLibraries.library("535"));
        bytes[18] = 21;
        assertThat(reason(Files.write(directory.resolve("power"), bytes))).contains("another kind of processor");
        bytes[4] = 1;
        assertThat(reason(Files.write(directory.resolve("narrow"), bytes))).isEqualTo("is not a 64-bit library");
    }

    @Test
    void aLibraryThatIsNotNvmlIsNamedAsSuch() {
        Path libc = Path.of("/lib/x86_64-linux-gnu/libc.so.6");
        assumeTrue(Files.exists(libc), "no libc where it was looked for");

        assertThat(reason(libc)).isEqualTo("is a library, but not NVML: it has no nvmlInit_v2");
    }

    @Test
    void aDirectoryWithoutTheLibraryAndAMissingFileAreNotFound() {
        assertThat(reason(directory)).isEqualTo("no such file");
        assertThat(reason(directory.resolve("nowhere/libnvidia-ml.so.1"))).isEqualTo("no such file");
    }

    @Test
    void aLinkIntoNothingIsNamedAsSuch() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("libnvidia-ml.so.1"), Path.of("libnvidia-ml.so.1.gone"));

        assertThat(reason(link)).isEqualTo("is a link to a file that is not there");
    }

    @Test
    void anUnreadableFileIsNamedAsSuch() throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), "x");
        assumeTrue(secret.toFile().setReadable(false) && !Files.isReadable(secret), "root reads everything");

        assertThat(reason(secret)).isEqualTo("no right to read it");
    }

    @Test
    void openingWhatIsNotNvmlIsAnErrorAndLeavesTheNextOpenFree() throws Exception {
        Path text = Files.writeString(directory.resolve("libnvidia-ml.so.1"), "no library");

        assertThatThrownBy(() -> Nvml.open(text))
                .isInstanceOfSatisfying(
                        NvmlException.class, e -> assertThat(e.code()).isEqualTo(NvmlReturn.LIBRARY_NOT_FOUND));
        assertThatThrownBy(() -> Nvml.open(directory.resolve("nowhere"))).isInstanceOf(NvmlException.class);
        assertThatThrownBy(() -> Nvml.open("libc.so.6"))
                .isInstanceOfSatisfying(
                        NvmlException.class, e -> assertThat(e.symbolMissing()).isTrue());
        try (Nvml nvml = Nvml.open(RealLibraries.library("470"))) {
            assertThat(nvml.boundSymbols()).isNotEmpty();
        }
    }

    private static String reason(Path path) {
        NvmlLibrary search = NvmlLibrary.search(Optional.of(path), List.of());
        assertThat(search).isInstanceOf(NvmlLibrary.NotFound.class);
        assertThat(search.tried()).hasSize(1);
        return search.tried().getFirst().substring(search.tried().getFirst().indexOf(": ") + 2);
    }

    private static void assumeNoDriverHere() {
        assumeTrue(
                NvmlLibrary.search(Optional.empty(), List.of()) instanceof NvmlLibrary.NotFound,
                "this machine has an NVIDIA driver");
    }
}
