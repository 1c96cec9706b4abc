package dev.gpudiag.agent.host.kubelet;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.telemetry.DeviceAllocation;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The kubelet's device checkpoint: which devices pods have, and which ones it counts as healthy.
 *
 * <p>{@code PodDeviceEntries} has a list of ids to 1.19 and a list for each NUMA node since (-1: on none); {@code
 * RegisteredDevices} holds healthy devices only, so that a device which is given to a pod and not registered has become
 * unhealthy. Written by root; read as hostile all the same.
 */
public final class DeviceCheckpoint {

    static final String FILE = "/var/lib/kubelet/device-plugins/kubelet_internal_checkpoint";
    private static final String BOOT_ID = "/proc/sys/kernel/random/boot_id";

    private static final int SIZE_LIMIT = 8 * 1024 * 1024;
    private static final int DEPTH = 16;
    private static final int ENTRIES = 4096;
    private static final int DEVICES = 4096;
    private static final int NAME = 512;

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(DEPTH).build())
            .build());

    private final HostRoot root;

    public DeviceCheckpoint(HostRoot root) {
        this.root = root;
    }

    /** What it holds now; {@link Reason#NOT_SUPPORTED} on a node without a kubelet. */
    public Reading<List<DeviceAllocation>> read() {
        try {
            byte[] bytes = root.bytes(FILE, SIZE_LIMIT + 1);
            if (bytes.length > SIZE_LIMIT) {
                return failed("longer than " + SIZE_LIMIT + " bytes");
            }
            JsonNode document = JSON.readTree(bytes);
            JsonNode data = document == null ? null : document.path("Data");
            if (data == null || !data.isObject()) {
                return failed("no checkpoint of the kubelet's device manager");
            }
            return isOfAnotherBoot(document)
                    ? Reading.missing(Reason.NOT_READ, FILE, "the kubelet has not written it since the last boot")
                    : Reading.of(allocations(data), FILE);
        } catch (JsonProcessingException e) {
            return failed("it is no JSON");
        } catch (IOException e) {
            return HostRoot.missing(FILE, e);
        }
    }

    private static Reading<List<DeviceAllocation>> failed(String detail) {
        return Reading.missing(Reason.FAILED, FILE, FILE + ": " + detail);
    }

    /** Newer kubelets write the kernel's boot id beside the data. */
    private boolean isOfAnotherBoot(JsonNode document) {
        String written = document.path("BootID").asText();
        Optional<String> now = root.read(BOOT_ID).value();
        return !written.isEmpty() && now.isPresent() && !now.get().equals(written);
    }

    private List<DeviceAllocation> allocations(JsonNode data) {
        PodDirectory pods = new PodDirectory(root);
        List<DeviceAllocation> allocations = new ArrayList<>();
        for (JsonNode entry : data.path("PodDeviceEntries")) {
            String uid = name(entry.path("PodUID"));
            String resource = name(entry.path("ResourceName"));
            if (allocations.size() == ENTRIES) {
                break;
            }
            if (!uid.isEmpty() && !resource.isEmpty()) {
                allocations.add(new DeviceAllocation(
                        uid,
                        pods.name(uid),
                        pods.isRunning(uid),
                        name(entry.path("ContainerName")),
                        resource,
                        devices(entry.path("DeviceIDs"))));
            }
        }
        data.path("RegisteredDevices").properties().stream()
                .limit(ENTRIES)
                .forEach(resource -> allocations.add(
                        DeviceAllocation.registered(cut(resource.getKey()), devices(resource.getValue()))));
        return allocations;
    }

    /** A list, or a list for each NUMA node; sorted, since the kubelet writes sets. */
    private static List<String> devices(JsonNode node) {
        TreeSet<String> ids = new TreeSet<>();
        if (node.isArray()) {
            node.forEach(id -> add(id, ids));
        } else if (node.isObject()) {
            node.forEach(list -> list.forEach(id -> add(id, ids)));
        }
        return List.copyOf(ids);
    }

    private static void add(JsonNode id, Set<String> ids) {
        String name = name(id);
        if (!name.isEmpty() && ids.size() < DEVICES) {
            ids.add(name);
        }
    }

    private static String name(JsonNode node) {
        return node.isTextual() ? cut(node.textValue()) : "";
    }

    private static String cut(String text) {
        return text.length() <= NAME ? text : text.substring(0, NAME);
    }
}
