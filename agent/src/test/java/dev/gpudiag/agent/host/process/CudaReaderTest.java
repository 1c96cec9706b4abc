package dev.gpudiag.agent.host.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.ProcessCuda;
import dev.gpudiag.telemetry.ProcessCuda.MappedLibrary;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CudaReaderTest {

    private static final String SITE = "/opt/venv/lib/python3.11/site-packages";

    @TempDir
    Path directory;

    private ProcTree tree;

    @BeforeEach
    void layOut() {
        tree = new ProcTree(directory);
    }

    private ProcessCuda cuda() {
        return tree.holder(7).cuda().value().orElseThrow();
    }

    /** Each trace as {@code KIND version}. */
    private List<String> traces() {
        return cuda().versions().value().orElseThrow().stream()
                .map(trace -> trace.trace() + " " + trace.version())
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "/usr/local/cuda-12.4/targets/x86_64-linux/lib/libcudart.so.12.4.127, 12.4.127",
        "/usr/local/cuda-11.8/lib64/libcudart.so.11.8.89, 11.8.89",
        "/usr/local/cuda-12.4/lib64/libcudart.so.12, 12.4",
        "/usr/local/cuda-12.4/lib64/libcudart.so.13, 13",
        "/usr/lib/x86_64-linux-gnu/libcudart.so.11.0, 11",
        "/usr/lib/libcudart.so.10.1, 10.1",
        "/usr/lib/libcudart.so.9.2.148, 9.2.148",
        "/opt/app/libcudart-9335f6a2.so.11.0, 11",
        "/opt/app/libnvrtc.so.11.2, 11",
        "/opt/app/libnvrtc-builtins.so.12.4, 12.4",
        "/opt/app/libnvrtc.so.13.0.88, 13.0.88",
        "/opt/app/libnvJitLink.so.12, 12",
        "/opt/app/libcublasLt.so.12.8.4.1, 12",
        "/opt/app/libcublas.so.11.11.3.6, 11",
    })
    void aMappedLibraryTellsItsVersionByItsName(String path, String version) {
        tree.process(7).maps("/usr/lib/x86_64-linux-gnu/libc.so.6", path);

        assertThat(traces()).containsExactly("MAPPED_LIBRARY " + version);
        assertThat(cuda().versions().value().orElseThrow().getFirst().value()).isEqualTo(path);
        assertThat(cuda().versions().value().orElseThrow().getFirst().source()).isEqualTo("/proc/7/maps");
    }

    @Test
    void theDriversLibrariesAreListedAndTellNoToolkit() {
        tree.process(7)
                .maps(
                        "/usr/lib/x86_64-linux-gnu/libcuda.so.550.54.15",
                        "/usr/local/cuda-12.4/compat/libcuda.so.550.54.15",
                        "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.535.129.03 (deleted)",
                        "/usr/lib/x86_64-linux-gnu/libnvidia-ptxjitcompiler.so.550.54.15",
                        "/usr/lib/libcudnn_ops.so.9.1.0",
                        "/usr/lib/x86_64-linux-gnu/libcurl.so.4.8.0",
                        "/opt/lib/libcudaish.so.1");

        assertThat(cuda().libraries().value().orElseThrow())
                .containsExactly(
                        new MappedLibrary("/usr/lib/x86_64-linux-gnu/libcuda.so.550.54.15", "550.54.15", false),
                        new MappedLibrary("/usr/local/cuda-12.4/compat/libcuda.so.550.54.15", "550.54.15", false),
                        new MappedLibrary("/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.535.129.03", "535.129.03", true),
                        new MappedLibrary(
                                "/usr/lib/x86_64-linux-gnu/libnvidia-ptxjitcompiler.so.550.54.15", "550.54.15", false),
                        new MappedLibrary("/usr/lib/libcudnn_ops.so.9.1.0", "9.1.0", false));
        assertThat(traces()).isEmpty();
    }

    @Test
    void aCuda12WheelIsNamedByItsMetadata() {
        tree.process(7)
                .maps(SITE + "/nvidia/cuda_runtime/lib/libcudart.so.12", SITE + "/torch/lib/libtorch_cuda.so")
                .insideDirectory(SITE + "/nvidia_cuda_runtime_cu12-12.4.127.dist-info")
                .insideDirectory(SITE + "/nvidia_cuda_runtime_cu11-11.8.89.dist-info")
                .insideDirectory(SITE + "/torch-2.4.1+cu124.dist-info")
                .inside(SITE + "/torch/version.py", """
                        from typing import Optional
                        __version__ = '2.4.1+cu124'
                        cuda: Optional[str] = '12.4'
                        """);

        assertThat(traces()).containsExactly("MAPPED_LIBRARY 12", "WHEEL 12.4.127", "WHEEL 12.4", "WHEEL 12.4");
    }

    @Test
    void aCuda13WheelIsNamedByItsMetadata() {
        tree.process(7)
                .maps(SITE + "/nvidia/cu13/lib/libcudart.so.13")
                .insideDirectory(SITE + "/nvidia_cuda_runtime-13.0.96.dist-info");

        assertThat(traces()).containsExactly("MAPPED_LIBRARY 13", "WHEEL 13.0.96");
    }

    @ParameterizedTest
    @CsvSource({"cuda = '11.8', 11.8", "cuda: Optional[str] = '12.1', 12.1", "cuda: str | None = \"13.0\", 13.0"})
    void aStaticRuntimeIsNamedByTorchItself(String line, String version) {
        tree.process(7)
                .maps(SITE + "/torch/_C.cpython-311-x86_64-linux-gnu.so")
                .inside(SITE + "/torch/version.py", "debug = False\n" + line + "\nhip = None\n");

        assertThat(traces()).containsExactly("WHEEL " + version);
    }

    @Test
    void torchWithoutCudaLeavesNoTrace() {
        tree.process(7).maps(SITE + "/torch/_C.so").inside(SITE + "/torch/version.py", "cuda: Optional[str] = None\n");

        assertThat(traces()).isEmpty();
    }

    @Test
    void otherFrameworksNameTheirs() {
        tree.process(7)
                .maps(SITE + "/tensorflow/libtensorflow_cc.so.2", SITE + "/jaxlib/_jax.so", SITE + "/cupy/_core.so")
                .insideDirectory(SITE + "/jax_cuda12_plugin-0.4.30.dist-info")
                .insideDirectory(SITE + "/cupy_cuda11x-13.0.0.dist-info")
                .inside(
                        SITE + "/tensorflow/python/platform/build_info.py",
                        "build_info = {\"cuda_version\": \"12.5.1\", \"is_cuda_build\": True}\n");

        assertThat(traces()).containsExactly("WHEEL 12.5.1", "WHEEL 11", "WHEEL 12");
    }

    @Test
    void packagesThatNobodyUsesDoNotCount() {
        tree.process(7)
                .maps(SITE + "/numpy/core/_multiarray.so")
                .insideDirectory(SITE + "/torch-2.4.1+cu124.dist-info")
                .insideDirectory(SITE + "/nvidia_cuda_runtime_cu12-12.4.127.dist-info");

        assertThat(traces()).isEmpty();
    }

    @Test
    void theToolkitsVersionFileIsReadThroughItsLinks() {
        tree.process(7)
                .insideLink("usr/local/cuda", "/etc/alternatives/cuda")
                .insideLink("etc/alternatives/cuda", "/usr/local/cuda-12.4")
                .inside("usr/local/cuda-12.4/version.json", """
                        {"cuda": {"name": "CUDA SDK", "version": "12.4.1"}, "cuda_cudart": {"version": "12.4.127"}}
                        """);

        assertThat(traces()).containsExactly("VERSION_FILE 12.4.1");
    }

    @Test
    void anOldToolkitHasATextFile() {
        tree.process(7).inside("usr/local/cuda/version.txt", "CUDA Version 10.2.89\n");

        assertThat(traces()).containsExactly("VERSION_FILE 10.2.89");
    }

    @Test
    void withoutAFileTheDirectoryAndTheRuntimesNameTellIt() {
        tree.process(7)
                .insideLink("usr/local/cuda", "cuda-12.4")
                .inside("usr/local/cuda-12.4/targets/x86_64-linux/lib/libcudart.so.12.4.127", "")
                .insideDirectory("usr/local/cuda-11.8");

        assertThat(traces()).containsExactly("VERSION_FILE 12.4", "VERSION_FILE 11.8", "VERSION_FILE 12.4.127");
    }

    @Test
    void condaAndDpkgKeepRecords() {
        tree.process(7)
                .maps("/opt/conda/lib/libcublas.so.12.1.3.1")
                .environ("CONDA_PREFIX=/opt/envs/a")
                .inside("opt/conda/conda-meta/cuda-cudart-12.1.105-0.json", "{}")
                .inside("opt/envs/a/conda-meta/cuda-version-12.4-h3060b56_3.json", "{}")
                .inside("var/lib/dpkg/status", """
                        Package: cuda-cudart-12-4
                        Status: install ok installed
                        Version: 12.4.127-1

                        Package: cuda-cudart-dev-12-5
                        Version: 12.5.39-1
                        """);

        assertThat(traces())
                .containsExactly("MAPPED_LIBRARY 12", "PACKAGE 12.1.105", "PACKAGE 12.4", "PACKAGE 12.4.127");
    }

    @Test
    void theEnvironmentNamesTheBaseImage() {
        tree.process(7)
                .environ(
                        "PATH=/usr/bin",
                        "CUDA_VERSION=12.4.1",
                        "NV_CUDA_CUDART_VERSION=12.4.127-1",
                        "NVIDIA_REQUIRE_CUDA=cuda>=12.4 brand=tesla,driver>=470,driver<471",
                        "NVIDIA_VISIBLE_DEVICES=all",
                        "HF_TOKEN=hf_secret");

        assertThat(traces()).containsExactly("ENVIRONMENT 12.4.127", "ENVIRONMENT 12.4.1", "ENVIRONMENT 12.4");
        assertThat(cuda().environment().value().orElseThrow())
                .containsOnlyKeys(
                        "CUDA_VERSION", "NV_CUDA_CUDART_VERSION", "NVIDIA_REQUIRE_CUDA", "NVIDIA_VISIBLE_DEVICES");
    }

    @Test
    void tracesThatDisagreeAreAllKeptStrongestFirst() {
        tree.process(7)
                .maps(SITE + "/nvidia/cuda_runtime/lib/libcudart.so.12", "/usr/lib/libcudart.so.11.8.89")
                .insideDirectory(SITE + "/nvidia_cuda_runtime_cu12-12.8.90.dist-info")
                .inside("usr/local/cuda/version.json", "{\"cuda\": {\"version\": \"12.1.1\"}}")
                .environ("CUDA_VERSION=12.1.1");

        assertThat(traces())
                .containsExactly(
                        "MAPPED_LIBRARY 11.8.89",
                        "MAPPED_LIBRARY 12",
                        "WHEEL 12.8.90",
                        "VERSION_FILE 12.1.1",
                        "ENVIRONMENT 12.1.1");
    }

    @Test
    void itsOwnDeviceNodesAreListed() {
        tree.process(7)
                .inside("dev/nvidia0", "")
                .inside("dev/nvidiactl", "")
                .inside("dev/nvidia-caps/nvidia-cap21", "")
                .inside("dev/null", "");

        assertThat(cuda().deviceNodes().value().orElseThrow())
                .containsExactly("/dev/nvidia0", "/dev/nvidiactl", "/dev/nvidia-caps/nvidia-cap21");
    }
}
