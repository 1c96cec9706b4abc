package dev.gpudiag.agent.host.process;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gpudiag.agent.host.HostRoot;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The files that Docker, containerd, CRI-O and Podman keep of their containers, by container id; most need root.
 *
 * <p>Not thread-safe; lives for one look.
 */
final class ContainerRecords {

    private static final int FILE_LIMIT = 2 * 1024 * 1024;
    private static final int INDEX_LIMIT = 8 * 1024 * 1024;
    private static final List<String> CONTAINERD = List.of(
            "/run/containerd/io.containerd.runtime.v2.task", "/run/k3s/containerd/io.containerd.runtime.v2.task");
    private static final String STORAGE = "/var/lib/containers/storage/overlay-containers";
    private static final List<String> STORAGES = List.of("/run/containers/storage/overlay-containers", STORAGE);

    private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");

    private final HostRoot root;
    private final String dockerData;
    private final Map<String, Optional<ContainerRecord>> known = new HashMap<>();
    private Optional<Map<String, String>> storedNames = Optional.empty();
    private Optional<AccessDeniedException> refusal = Optional.empty();

    private interface Parser {
        ContainerRecord parse(byte[] json, String source) throws IOException;
    }

    ContainerRecords(HostRoot root) {
        this.root = root;
        this.dockerData = dockerData();
    }

    /** Where Docker keeps its data; an administrator may have moved it. */
    private String dockerData() {
        try {
            JsonNode settings = ContainerRecord.json(root.bytes("/etc/docker/daemon.json", FILE_LIMIT), "daemon.json");
            return ContainerRecord.text(settings, "data-root", "graph").orElse("/var/lib/docker");
        } catch (IOException e) {
            return "/var/lib/docker";
        }
    }

    /** What is recorded of a container; empty where no file can be read. */
    Optional<ContainerRecord> find(String id) {
        return ID.matcher(id).matches() ? known.computeIfAbsent(id, this::read) : Optional.empty();
    }

    /** The first refusal that was met. */
    Optional<AccessDeniedException> refusal() {
        return refusal;
    }

    private Optional<ContainerRecord> read(String id) {
        return read(dockerData + "/containers/" + id + "/config.v2.json", ContainerRecord::docker)
                .or(() -> specification(id))
                .map(record -> record.name().isPresent() ? record : named(record, id));
    }

    private Optional<ContainerRecord> specification(String id) {
        List<String> files = new ArrayList<>();
        for (String tasks : CONTAINERD) {
            namespaces(tasks).forEach(name -> files.add(tasks + "/" + name + "/" + id + "/config.json"));
        }
        STORAGES.forEach(storage -> files.add(storage + "/" + id + "/userdata/config.json"));
        return files.stream()
                .map(file -> read(file, ContainerRecord::runtimeSpecification))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private List<String> namespaces(String tasks) {
        try {
            List<String> names = root.names(tasks, name -> true);
            return names.subList(0, Math.min(names.size(), 16));
        } catch (AccessDeniedException e) {
            refusal = refusal.or(() -> Optional.of(e));
            return List.of();
        } catch (IOException e) {
            return List.of(); // this runtime is not here
        }
    }

    private Optional<ContainerRecord> read(String file, Parser parser) {
        try {
            return Optional.of(parser.parse(root.bytes(file, FILE_LIMIT), file));
        } catch (AccessDeniedException e) {
            refusal = refusal.or(() -> Optional.of(e));
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // not this runtime's, or not its file
        }
    }

    /** With the name from the index that Podman and CRI-O share. */
    private ContainerRecord named(ContainerRecord record, String id) {
        if (storedNames.isEmpty()) {
            storedNames = Optional.of(storedNames());
        }
        return record.named(Optional.ofNullable(storedNames.get().get(id)));
    }

    private Map<String, String> storedNames() {
        Map<String, String> names = new HashMap<>();
        String index = STORAGE + "/containers.json";
        try {
            for (JsonNode container : ContainerRecord.json(root.bytes(index, INDEX_LIMIT), index)) {
                Optional<String> id = ContainerRecord.text(container, "id");
                String name = container.path("names").path(0).asText("");
                if (id.isPresent() && !name.isBlank()) {
                    names.put(id.get(), name.length() <= 256 ? name : name.substring(0, 256));
                }
            }
        } catch (IOException e) {
            return Map.of(); // containers then go by their id
        }
        return names;
    }
}
