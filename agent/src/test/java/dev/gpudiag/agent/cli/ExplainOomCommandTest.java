package dev.gpudiag.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.agent.report.Nodes;
import dev.gpudiag.checks.memory.oom.OomLog;
import dev.gpudiag.telemetry.SampleSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExplainOomCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> COLUMNS = List.of(
            "requested_bytes",
            "capacity_bytes",
            "free_bytes",
            "allocated_bytes",
            "reserved_bytes",
            "unallocated_bytes",
            "process_bytes");

    /** File and line; the figures as the message has them, with those that follow by sum in braces; the verdict. */
    private static final String EXPECTED = """
            github-issues-oom.txt 2  | 1.70 GiB   | 6.00 GiB   | 0 bytes    | 2.93 GiB   | -          | 2.30 GiB   | -         | fragmentation
            github-issues-oom.txt 4  | 2.26 GiB   | 6.00 GiB   | 3.03 GiB   | 781.59 MiB | 1.24 GiB   | -          | -         | limit
            github-issues-oom.txt 6  | 55.57 GiB  | 12.00 GiB  | 9.02 GiB   | 984.52 MiB | -          | 463.48 MiB | -         | sequence_length
            github-issues-oom.txt 8  | 1.69 GiB   | 14.56 GiB  | 1.31 GiB   | 649.97 MiB | 1.01 GiB   | -          | -         | another_tenant
            github-issues-oom.txt 10 | 10.73 GiB  | 8.00 GiB   | 0 bytes    | 17.20 GiB  | 19.15 GiB  | -          | -         | sequence_length
            github-issues-oom.txt 12 | 22.78 GiB  | 31.47 GiB  | 12.73 GiB  | 9.08 GiB   | -          | 9.35 GiB   | 18.73 GiB | batch_size
            github-issues-oom.txt 14 | 12.50 MiB  | 10.92 GiB  | 9.28 GiB   | 8.57 MiB   | -          | 4.68 MiB   | -         | limit
            github-issues-oom.txt 16 | 22.00 MiB  | 23.65 GiB  | 11.06 MiB  | 22.90 GiB  | -          | 194.87 MiB | 23.60 GiB | batch_size
            github-issues-oom.txt 18 | 1.71 GiB   | 6.00 GiB   | 1.04 GiB   | 3.49 GiB   | 3.50 GiB   | -          | -         | batch_size
            github-issues-oom.txt 20 | 38.00 MiB  | 4.00 GiB   | 0 bytes    | 3.41 GiB   | 3.44 GiB   | -          | -         | batch_size
            github-issues-oom.txt 22 | 3.00 GiB   | 23.65 GiB  | 1.66 GiB   | 12.09 GiB  | -          | 4.84 GiB   | 20.81 GiB | fragmentation
            github-issues-oom.txt 24 | 32.00 MiB  | 4.00 GiB   | 41.56 MiB  | 2.58 GiB   | -          | 1.90 MiB   | 3.44 GiB  | batch_size
            github-issues-oom.txt 26 | 496.00 MiB | 14.75 GiB  | 235.06 MiB | 14.06 GiB  | -          | 330.42 MiB | 14.52 GiB | batch_size
            github-issues-oom.txt 28 | 20.00 MiB  | 4.00 GiB   | 2.35 GiB   | 825.15 MiB | -          | 24.85 MiB  | -         | limit
            github-issues-oom.txt 30 | 546.00 MiB | 15.77 GiB  | 514.19 MiB | 13.73 GiB  | -          | 736.86 MiB | 15.25 GiB | fragmentation
            github-issues-oom.txt 32 | 1002.00 MiB | 8.00 GiB  | 0 bytes    | 13.98 GiB  | -          | 129.48 MiB | -         | model_too_large
            github-issues-oom.txt 34 | 35.60 GiB  | 79.33 GiB  | 26.16 GiB  | 11.97 GiB  | -          | 40.69 GiB  | 53.16 GiB | fragmentation
            github-issues-oom.txt 36 | 124.68 GiB | 95.22 GiB  | 51.23 GiB  | 25.50 GiB  | -          | 3.14 GiB   | 29.07 GiB | sequence_length
            mirrors-oom.txt 2        | 2.00 GiB   | -          | -          | -          | -          | -          | -         | unknown
            mirrors-oom.txt 4        | 55.88 GiB  | 178.35 GiB | 10.00 GiB  | 167.64 GiB | -          | 4.62 MiB   | 168.34 GiB | batch_size
            mirrors-oom.txt 6        | 37.25 GiB  | 178.35 GiB | 28.63 GiB  | 149.01 GiB | -          | 6.11 MiB   | 149.71 GiB | batch_size
            mirrors-oom.txt 8        | 37.25 GiB  | -          | -          | -          | -          | -          | -         | unknown
            mirrors-oom.txt 10       | 1024.00 MiB | -         | -          | -          | -          | -          | -         | unknown
            mirrors-oom.txt 12       | 304.00 MiB | 8.00 GiB   | -          | -          | -          | -          | -         | unknown
            memory_summary_pytorch-35901.txt 2 | - | -         | -          | 1062 MB    | 12420 MB   | -          | -         | fragmentation
            """;

    private final CommandRun command =
            new CommandRun(new FakeNode(Nodes.node(SampleSource.live(), Nodes.answering(0, 1))), FakeChecks.heat());

    @TempDir
    private Path folder;

    private JsonNode explained(String log) throws IOException {
        Path file = Files.writeString(folder.resolve("log.txt"), log, UTF_8);
        assertThat(command.run("explain-oom", "--json", file.toString())).isZero();
        return JSON.readTree(command.out());
    }

    private JsonNode event(String log) throws IOException {
        JsonNode events = explained(log).get("events");
        assertThat(events).as(log).hasSize(1);
        return events.get(0);
    }

    /** By decimal arithmetic, half up; every prefix is binary. */
    private static long bytes(String amount) {
        int space = amount.indexOf(' ');
        long unit = switch (amount.charAt(space + 1)) {
            case 'G' -> 1L << 30;
            case 'M' -> 1L << 20;
            default -> 1;
        };
        return new BigDecimal(amount.substring(0, space))
                .multiply(BigDecimal.valueOf(unit))
                .setScale(0, RoundingMode.HALF_UP)
                .longValueExact();
    }

    @Test
    void everyRealMessageIsReadWithItsFiguresAndVerdict() throws IOException {
        Path captures = Path.of(System.getProperty("gpudiag.shared", "../shared"), "captures", "torch-oom");
        assumeTrue(Files.isDirectory(captures), "skipped: no captures at " + captures);
        Map<String, JsonNode> documents = new HashMap<>();
        List<String> rows = EXPECTED.lines().toList();
        int found = 0;
        for (String row : rows) {
            String[] cells = row.split("\\|", -1);
            String[] place = cells[0].strip().split(" +", -1);
            if (!documents.containsKey(place[0])) {
                assertThat(command.run(
                                "explain-oom",
                                "--json",
                                captures.resolve(place[0]).toString()))
                        .isZero();
                documents.put(place[0], JSON.readTree(command.out()));
                found += documents.get(place[0]).get("events").size();
            }
            JsonNode event = atLine(documents.get(place[0]), Integer.parseInt(place[1]));
            for (int i = 0; i < COLUMNS.size(); i++) {
                String cell = cells[i + 1].strip();
                if (!cell.equals("-")) {
                    assertThat(event.get(COLUMNS.get(i)).longValue())
                            .as(row + ": " + COLUMNS.get(i))
                            .isEqualTo(bytes(cell));
                } else if (!List.of("reserved_bytes", "unallocated_bytes").contains(COLUMNS.get(i))) {
                    assertThat(event.get(COLUMNS.get(i)).isNull())
                            .as(row + ": " + COLUMNS.get(i))
                            .isTrue();
                }
            }
            assertThat(event.get("verdict").textValue()).as(row).isEqualTo(cells[8].strip());
        }
        assertThat(found).as("messages in the captures").isEqualTo(rows.size());
    }

    private static JsonNode atLine(JsonNode document, int line) {
        for (JsonNode event : document.get("events")) {
            if (event.get("line").intValue() == line) {
                return event;
            }
        }
        throw new AssertionError("no message at line " + line);
    }

    @Test
    void anotherProcessIsToldFromThisOneSeenFromOutside() throws IOException {
        JsonNode event =
                event("CUDA out of memory. Tried to allocate 124.68 GiB. GPU 3 has a total capacity of 95.22 GiB"
                        + " of which 51.23 GiB is free. Process 608946 has 14.91 GiB memory in use. Process 734147 has 29.07 GiB"
                        + " memory in use. Of the allocated memory 25.50 GiB is allocated by PyTorch, and 3.14 GiB is reserved by"
                        + " PyTorch but unallocated.\n");
        assertThat(event.get("device").intValue()).isEqualTo(3);
        assertThat(event.get("processes").get(0).get("own").booleanValue()).isFalse();
        assertThat(event.get("processes").get(1).get("own").booleanValue()).isTrue();
        assertThat(event.get("others_bytes").longValue())
                .isEqualTo(bytes("95.22 GiB") - bytes("51.23 GiB") - bytes("29.07 GiB"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            jaxlib.xla_extension.XlaRuntimeError: RESOURCE_EXHAUSTED: Out of memory while trying to allocate 17179869184 bytes. | xla | 17179869184 | batch_size
            jax.errors.JaxRuntimeError: RESOURCE_EXHAUSTED: Out of memory allocating 2415919104 bytes.                        | xla | 2415919104 | batch_size
            2024-01-01 W external/tsl/bfc_allocator.cc:497] Allocator (GPU_0_bfc) ran out of memory trying to allocate 2.25GiB (rounded to 2415919104)requested by op | xla | 2415919104 | batch_size
            ResourceExhaustedError: OOM when allocating tensor with shape[32,1024,64,64] and type float on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc [Op:Conv2D] | tensorflow | 536870912 | batch_size
            failed to allocate 2.2G (2359296000 bytes) from device: CUDA_ERROR_OUT_OF_MEMORY: out of memory | cuda | 2359296000 | batch_size
            RuntimeError: CUDA error: out of memory | cuda | | batch_size
            cudaErrorMemoryAllocation: out of memory | cuda | | batch_size
            RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)` | cuda | | batch_size
            ggml_backend_cuda_buffer_type_alloc_buffer: allocating 4096.00 MiB on device 1: cudaMalloc failed: out of memory | cuda | 4294967296 | batch_size
            cupy.cuda.memory.OutOfMemoryError: Out of memory allocating 8,000,000,000 bytes (allocated so far: 0 bytes). | cuda | 8000000000 | batch_size
            host:17:90 [0] transport/net.cc:1 NCCL WARN Cuda failure 2 'out of memory' | nccl | | batch_size
            ncclUnhandledCudaError: Call to CUDA function failed. Last error: Cuda failure 'out of memory' | nccl | | batch_size
            ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine. | vllm | | model_too_large
            RuntimeError: Cannot allocate KV cache | vllm | | model_too_large
            ValueError: The model's max seq len (32768) is larger than the maximum number of tokens that can be stored in KV cache (13056). Try increasing `gpu_memory_utilization` | vllm | | sequence_length
            ValueError: To serve at least one request with the models's max seq len (131072), (16.00 GiB KV cache is needed, which is larger than the available KV cache memory (3.92 GiB). Based on | vllm | 17179869184 | sequence_length
            ValueError: Free memory on device (3.44/23.65 GiB) on startup is less than desired GPU memory utilization (0.9, 21.28 GiB). Decrease GPU memory utilization | vllm | 22849226015 | another_tenant
            RuntimeError: Not enough memory. Please try increasing --mem-fraction-static. | sglang | | model_too_large
            RuntimeError: [enforce fail at alloc_cpu.cpp:114] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 81920000000 bytes. Error code 12 | host | 81920000000 | host_memory
            [ 1234.5] Out of memory: Killed process 4711 (python) total-vm:1kB | host | | host_memory
            torch.cuda.OutOfMemoryError: HIP out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 16.00 GiB of which 1.00 GiB is free. Of the allocated memory 10.00 GiB is allocated by PyTorch, and 4.00 GiB is reserved by PyTorch but unallocated. | pytorch | 2147483648 | fragmentation
            """)
    void messagesOfOtherProgramsAreRead(String line, String source, Long requested, String verdict) throws IOException {
        JsonNode event = event("step done\n" + line + "\n");
        assertThat(event.get("source").textValue()).as(line).isEqualTo(source);
        assertThat(
                        event.get("requested_bytes").isNull()
                                ? null
                                : (Long) event.get("requested_bytes").longValue())
                .as(line)
                .isEqualTo(requested);
        assertThat(event.get("verdict").textValue()).as(line).isEqualTo(verdict);
        assertThat(event.get("line").intValue()).isEqualTo(2);
    }

    @Test
    void anAllocatorOfXlaThatHasEnoughInPiecesIsFragmented() throws IOException {
        JsonNode event = event("""
                W bfc_allocator.cc:497] Allocator (GPU_0_bfc) ran out of memory trying to allocate 2.00GiB requested by op
                I bfc_allocator.cc:1] BFCAllocator dump for GPU_0_bfc
                I bfc_allocator.cc:2] Bin (256): Total Chunks: 1
                I bfc_allocator.cc:3] 1 Chunks of size 256 totalling 256B
                I bfc_allocator.cc:4] a
                I bfc_allocator.cc:5] b
                I bfc_allocator.cc:6] c
                I bfc_allocator.cc:7] d
                I bfc_allocator.cc:8] e
                I bfc_allocator.cc:9] f
                I bfc_allocator.cc:10] Stats:
                Limit:                     17179869184
                InUse:                     12884901888
                MaxInUse:                  12884901888
                E jax: RESOURCE_EXHAUSTED: Out of memory while trying to allocate 2147483648 bytes.
                """);
        assertThat(event.get("capacity_bytes").longValue()).isEqualTo(17179869184L);
        assertThat(event.get("unallocated_bytes").longValue()).isEqualTo(4294967296L);
        assertThat(event.get("requested_bytes").longValue()).isEqualTo(2147483648L);
        assertThat(event.get("verdict").textValue()).isEqualTo("fragmentation");
    }

    private static String torch(String requested, String allocated) {
        return "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate " + requested
                + ". GPU 0 has a total capacity"
                + " of 80.00 GiB of which 1.00 GiB is free. Including non-PyTorch memory, this process has 79.00 GiB memory"
                + " in use. Of the allocated memory " + allocated
                + " is allocated by PyTorch, and 10.00 MiB is reserved by"
                + " PyTorch but unallocated.\n";
    }

    @Test
    void whatTheProgramDidBeforeCounts() throws IOException {
        JsonNode loading = event("  File \"transformers/modeling_utils.py\", line 1, in from_pretrained\n"
                + torch("2.00 GiB", "76.00 GiB"));
        assertThat(loading.get("verdict").textValue()).isEqualTo("model_too_large");
        JsonNode late = event("step: 41200 loss: 0.3\n" + torch("2.00 GiB", "30.00 GiB"));
        assertThat(late.get("verdict").textValue()).isEqualTo("leak");
        JsonNode early = event("step: 3 loss: 0.3\n" + torch("2.00 GiB", "30.00 GiB"));
        assertThat(early.get("verdict").textValue()).isEqualTo("batch_size");
    }

    @Test
    void allocatedMemoryThatGrowsFromFailureToFailureIsALeak() throws IOException {
        JsonNode events = explained(torch("2.00 GiB", "50.00 GiB")
                        + torch("2.00 GiB", "60.00 GiB")
                        + torch("2.00 GiB", "70.00 GiB"))
                .get("events");
        assertThat(events.get(1).get("verdict").textValue()).isEqualTo("batch_size");
        assertThat(events.get(2).get("verdict").textValue()).isEqualTo("leak");
    }

    @Test
    void theSameMessageSeveralTimesIsOneAndBrokenLinesAreJoined() throws IOException {
        String once = torch("2.00 GiB", "50.00 GiB");
        assertThat(event(once + "During handling of the above exception\n" + once)
                        .get("count")
                        .intValue())
                .isEqualTo(2);
        JsonNode broken = event("""
                \u001b[31mtorch.cuda.OutOfMemoryError: CUDA out of memory.
                Tried to allocate 3.00 GiB. GPU 0 has a total capacity of
                23.65 GiB of which 1.66 GiB is
                free. Of the allocated memory 12.09 GiB is allocated by PyTorch,
                and 4.84 GiB is reserved by PyTorch but unallocated.\u001b[0m
                """);
        assertThat(broken.get("verdict").textValue()).isEqualTo("fragmentation");
        assertThat(broken.get("free_bytes").longValue()).isEqualTo(bytes("1.66 GiB"));
    }

    @Test
    void aWholeSummaryTellsF1AndCounters() throws IOException {
        JsonNode event = event("""
                |===========================================================================|
                |                  PyTorch CUDA memory summary, device ID 2                 |
                |---------------------------------------------------------------------------|
                |            CUDA OOMs: 3            |        cudaMalloc retries: 5         |
                |===========================================================================|
                |        Metric         | Cur Usage  | Peak Usage | Tot Alloc  | Tot Freed  |
                |---------------------------------------------------------------------------|
                | Allocated memory      |   4096 MiB |   8192 MiB |     90 GiB |     86 GiB |
                |       from large pool |   4096 MiB |   8192 MiB |     90 GiB |     86 GiB |
                | GPU reserved memory   |   8192 MiB |   9216 MiB |   9216 MiB |   1024 MiB |
                | Non-releasable memory |   2048 MiB |   3072 MiB |     12 GiB |     10 GiB |
                | Allocations           |     120    |     300    |    9000    |    8880    |
                |===========================================================================|
                """);
        assertThat(event.get("device").intValue()).isEqualTo(2);
        assertThat(event.get("inactive_split_bytes").longValue()).isEqualTo(2L << 30);
        assertThat(event.get("peak_allocated_bytes").longValue()).isEqualTo(8L << 30);
        assertThat(event.get("failures").intValue()).isEqualTo(3);
        assertThat(event.get("retries").intValue()).isEqualTo(5);
        assertThat(event.get("verdict").textValue()).isEqualTo("fragmentation");
    }

    @Test
    void theTextShowsFiguresCausesAndWhatToDo() throws IOException {
        Path file = Files.writeString(
                folder.resolve("log.txt"),
                "RuntimeError: CUDA out of memory. Tried to allocate 1.69 GiB (GPU 0; 14.56 GiB total capacity;"
                        + " 649.97 MiB already allocated; 1.31 GiB free; 1.01 GiB reserved in total by PyTorch)\n");
        assertThat(command.run("explain-oom", file.toString())).isZero();
        assertThat(command.out()).isEqualTo("""
                        line 1: PyTorch, GPU 0
                          requested 1.7 GiB, capacity 14.6 GiB, free 1.3 GiB, allocated 650 MiB, reserved 1.0 GiB,
                          unallocated 384 MiB, others 12.2 GiB
                          likely    another tenant: 12.2 GiB of 14.6 GiB is held outside PyTorch's memory, its own context
                                    included; without it the request would fit
                                    do: see who holds the GPU: nvidia-smi, or gpudiag check memory-unaccounted
                                    do: end the other program if it is a leftover, or use another GPU (CUDA_VISIBLE_DEVICES)
                                    do: where GPUs are shared on purpose: a memory fraction for each, or MIG
                          possible  batch size: the program holds 650 MiB of 14.6 GiB and asks for 1.7 GiB more
                                    do: halve the batch, and accumulate gradients to keep its effect
                                    do: checkpoint activations (gradient checkpointing), use bf16 or fp16
                                    do: for inference: run under torch.inference_mode()
                          unlikely  sequence length and KV cache: the same, where the input is long
                                    do: cap the input: max_model_len, max_seq_len, truncation, resolution, frames
                                    do: use attention that does not build the whole matrix (FlashAttention, SDPA), or
                                        chunked prefill
                                    do: fewer sequences at a time (max_num_seqs), a KV cache of fp8, tensor parallelism
                          then      model too large, leak, fragmentation

                        1 line read, 1 different message that memory ran out
                        """);
    }

    @Test
    void standardInputIsReadAndNothingFoundIsSaid() {
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream("all is well\n".getBytes(UTF_8)));
            assertThat(command.run("explain-oom")).isEqualTo(3);
        } finally {
            System.setIn(before);
        }
        assertThat(command.out()).isEqualTo("1 line read, no message in them that GPU memory ran out\n");
    }

    @Test
    void hostileLogsAreBoundedAndPrintable() throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("Tried to allocate " + "9".repeat(5000) + " GiB");
        lines.add(
                "Tried to allocate 999999999999999.999999 GiB. GPU 99999 has a total capacity of 0 bytes of which 0 bytes");
        lines.add("x".repeat(3_000_000));
        lines.add("OOM when allocating tensor with shape[" + "9,".repeat(49) + "9] and type float");
        lines.add("Tried to allocate 1.00 GiB. " + "Process 1 has 1.00 GiB memory in use. ".repeat(500));
        for (int i = 0; i < 3000; i++) {
            lines.add("CUDA out of memory. Tried to allocate " + i + ".00 MiB \u001b]0;evil\u0007");
        }
        JsonNode document = explained(String.join("\n", lines));
        assertThat(document.get("events").size()).isEqualTo(OomLog.EVENT_LIMIT);
        assertThat(document.get("events_left_out").intValue()).isGreaterThan(2000);
        assertThat(command.run("explain-oom", folder.resolve("log.txt").toString()))
                .isZero();
        assertThat(command.out()).matches("[ -~\n]*");
    }

    @Test
    void aFileThatIsNotThereIsOneMessage() {
        assertThat(command.run("explain-oom", folder.resolve("none").toString()))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(command.run("explain-oom", folder.toString())).isEqualTo(ExitCodes.CONFIGURATION);
        assertThat(command.err().lines()).hasSize(1);
    }
}
