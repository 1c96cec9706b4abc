package dev.gpudiag.agent.host.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.ProcessCuda.MappedLibrary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MappedFilesTest {

    private static final String SITE = "/venv/lib/python3.11/site-packages";

    private static MappedFiles read(byte[] buffer, String... paths) throws IOException {
        String maps = Stream.of(paths)
                .map(path -> "7f21c4000000-7f21c4080000 r--p 00000000 08:01 1835 " + path + "\n")
                .collect(Collectors.joining());
        return MapsReader.read(new ByteArrayInputStream(maps.getBytes(StandardCharsets.UTF_8)), buffer);
    }

    private static MappedFiles read(String... paths) throws IOException {
        return read(new byte[MapsReader.BUFFER], paths);
    }

    @Test
    void packagesOfOneDirectoryAndOfManyAreAllFound() throws IOException {
        MappedFiles files = read(
                SITE + "/torch/lib/libtorch.so",
                SITE + "/torch/lib/libc10.so",
                SITE + "/numpy/core/a.so",
                SITE + "/torch/lib/libtorch_cuda.so",
                SITE + "/alone.so",
                SITE + "/torch/lib/nested/b.so",
                "/opt/conda/lib/libz.so.1",
                "/opt/conda/lib/libcudart.so.12",
                "/usr/lib/libc.so.6");

        assertThat(files.pythonPackages()).isEqualTo(Map.of(SITE, Set.of("torch", "numpy")));
        assertThat(files.prefixes()).containsExactlyInAnyOrder("/venv", "/opt/conda");
        assertThat(files.libraries())
                .containsExactly(
                        new MappedLibrary(SITE + "/torch/lib/libtorch_cuda.so", "", false),
                        new MappedLibrary("/opt/conda/lib/libcudart.so.12", "12", false));
    }

    @Test
    void aDirectoryWhoseNameBeginsLikeTheLastOneIsAnother() throws IOException {
        assertThat(read("/a/lib/x.so", "/a/lib/lib/y.so", "/ab/lib/x.so").prefixes())
                .containsExactlyInAnyOrder("/a", "/a/lib", "/ab");
    }

    @Test
    void deletedLibrariesAndThoseWithoutADirectoryAreRead() throws IOException {
        assertThat(read("/libcuda.so.550.54.15 (deleted)", "/x/libcuda.so.1", "/x/mylibcuda.so.1")
                        .libraries())
                .containsExactly(
                        new MappedLibrary("/libcuda.so.550.54.15", "550.54.15", true),
                        new MappedLibrary("/x/libcuda.so.1", "1", false));
    }

    @Test
    void nothingOfTheProcessBeforeIsLeftInTheBuffer() throws IOException {
        byte[] buffer = new byte[MapsReader.BUFFER];
        read(buffer, "/x/libcudart.so.11.0", "/x/libcublas.so.11");

        assertThat(read(buffer, "/x/a.so").libraries()).isEmpty();
        assertThat(read(buffer).prefixes()).isEmpty();
    }
}
