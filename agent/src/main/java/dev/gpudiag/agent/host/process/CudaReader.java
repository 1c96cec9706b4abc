package dev.gpudiag.agent.host.process;

import dev.gpudiag.telemetry.ProcessCuda;
import dev.gpudiag.telemetry.ProcessCuda.Trace;
import dev.gpudiag.telemetry.ProcessCuda.VersionTrace;
import dev.gpudiag.telemetry.Reading;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Finds which CUDA a process uses, from outside: mapped libraries, wheels, version files, package records, environment,
 * image. All traces are kept, strongest first, since they may disagree.
 *
 * <p>Not thread-safe; lives for one look.
 */
final class CudaReader {

    private static final String ROOT = "root";

    private final Consumer<String> enter;
    private final Map<String, RootFacts> facts = new HashMap<>();
    private final byte[] mapsBuffer = new byte[MapsReader.BUFFER];

    /** What was found in the file system of a process. */
    private record FileTraces(Reading<List<VersionTrace>> versions, Reading<List<String>> deviceNodes) {}

    /** @param enter is told of each file before it is read, since reading it may not return */
    CudaReader(Consumer<String> enter) {
        this.enter = enter;
    }

    /** The variables that are kept of the first environment of a process. */
    Reading<Map<String, String>> environment(ProcessDirectory process) {
        enter.accept(process.path(AllowedEnvironment.FILE));
        try {
            byte[] bytes = process.bytes(AllowedEnvironment.FILE, AllowedEnvironment.LIMIT);
            return Reading.of(AllowedEnvironment.parse(bytes), process.path(AllowedEnvironment.FILE));
        } catch (IOException e) {
            return process.missing(AllowedEnvironment.FILE, e);
        }
    }

    /** Everything that can be told of the CUDA of a process. */
    ProcessCuda read(
            ProcessDirectory process, Reading<Map<String, String>> environment, Optional<ContainerRecord> container) {
        Reading<MappedFiles> mapped = mapped(process);
        Map<String, String> variables = environment.value().orElse(Map.of());
        FileTraces files = files(process, mapped.value(), variables);
        List<VersionTrace> traces = new ArrayList<>();
        mapped.value()
                .ifPresent(
                        found -> traces.addAll(MappedToolkit.traces(found.libraries(), process.path(MapsReader.FILE))));
        traces.addAll(files.versions().value().orElse(List.of()));
        traces.addAll(EnvironmentVersions.traces(variables, Trace.ENVIRONMENT, process.path(AllowedEnvironment.FILE)));
        container.ifPresent(record ->
                traces.addAll(EnvironmentVersions.traces(record.environment(), Trace.IMAGE, record.source())));
        return new ProcessCuda(
                traces.isEmpty()
                        ? nothing(process, mapped, files.versions(), environment)
                        : Reading.of(List.copyOf(traces), traces.getFirst().source()),
                mapped.map(MappedFiles::libraries),
                environment,
                files.deviceNodes());
    }

    /** No trace where all could be read is an answer; where one could not, it is not known. */
    private static Reading<List<VersionTrace>> nothing(ProcessDirectory process, Reading<?>... layers) {
        for (Reading<?> layer : layers) {
            if (!layer.isPresent()) {
                return layer.map(never -> List.of());
            }
        }
        return Reading.of(List.of(), process.path(""));
    }

    private Reading<MappedFiles> mapped(ProcessDirectory process) {
        enter.accept(process.path(MapsReader.FILE));
        try (InputStream in = process.open(MapsReader.FILE)) {
            return Reading.of(MapsReader.read(in, mapsBuffer), process.path(MapsReader.FILE));
        } catch (IOException e) {
            return process.missing(MapsReader.FILE, e);
        }
    }

    private FileTraces files(ProcessDirectory process, Optional<MappedFiles> mapped, Map<String, String> environment) {
        enter.accept(process.path(ROOT));
        try (ProcessRoot root = ProcessRoot.open(process.root())) {
            RootFacts known = facts.computeIfAbsent(identity(process), key -> new RootFacts());
            return new FileTraces(
                    versions(process, root, known, mapped, environment), deviceNodes(process, root, known));
        } catch (IOException e) {
            return new FileTraces(process.missing(ROOT, e), process.missing(ROOT, e));
        }
    }

    private static Reading<List<VersionTrace>> versions(
            ProcessDirectory process,
            ProcessRoot root,
            RootFacts known,
            Optional<MappedFiles> mapped,
            Map<String, String> environment) {
        try {
            MappedFiles files = mapped.orElse(MappedFiles.NONE);
            return Reading.of(known.versions(root, files, environment), process.path(ROOT));
        } catch (IOException e) {
            return process.missing(ROOT, e);
        }
    }

    private static Reading<List<String>> deviceNodes(ProcessDirectory process, ProcessRoot root, RootFacts known) {
        try {
            return Reading.of(known.deviceNodes(root, process.isLaidOut()), process.path(ROOT) + "/dev");
        } catch (IOException e) {
            return process.missing(ROOT + "/dev", e);
        }
    }

    /** Equal for processes that see the same files: same root directory in the same mount namespace. */
    private static String identity(ProcessDirectory process) throws IOException {
        try {
            return Files.readAttributes(process.root(), BasicFileAttributes.class)
                            .fileKey()
                    + process.link("ns/mnt");
        } catch (NoSuchFileException e) {
            return process.path(ROOT); // laid out: nobody knows who else sees it
        }
    }
}
