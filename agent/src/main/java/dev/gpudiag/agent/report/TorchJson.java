package dev.gpudiag.agent.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.memory.torch.AllocatorStatistics;
import dev.gpudiag.checks.memory.torch.Device;
import dev.gpudiag.checks.memory.torch.FailedAllocation;
import dev.gpudiag.checks.memory.torch.Pool;
import dev.gpudiag.checks.memory.torch.SnapshotAnalysis;
import dev.gpudiag.checks.memory.torch.Use;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The allocator of PyTorch as one JSON document; the ratio is F3, 1 - largest free block / all free blocks. */
public final class TorchJson {

    private static final int SCHEMA_VERSION = 1;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private TorchJson() {}

    public static String of(SnapshotAnalysis analysis) {
        ObjectNode root = NODES.objectNode();
        root.put("schema_version", SCHEMA_VERSION);
        ArrayNode devices = root.putArray("devices");
        for (Device device : analysis.devices()) {
            ObjectNode json = devices.addObject();
            json.put("device", device.index());
            sums(json, device.use());
            ratio(json, device.use());
            ArrayNode pools = json.putArray("pools");
            device.pools().forEach(pool -> pools.add(pool(pool)));
        }
        ArrayNode events = root.putArray("oom_events");
        analysis.failures().forEach(failure -> events.add(failure(failure)));
        root.put("verdict", analysis.status().name());
        return JsonText.of(root);
    }

    private static ObjectNode pool(Pool pool) {
        ObjectNode json = NODES.objectNode();
        pool.key()
                .id()
                .ifPresentOrElse(
                        id -> json.putArray("pool_id").add(id.first()).add(id.second()), () -> json.putNull("pool_id"));
        json.put("stream", unsigned(pool.key().stream()));
        json.put("segment_type", pool.key().type());
        sums(json, pool.use());
        json.put("largest_inactive_block_bytes", pool.use().largestInactive());
        ratio(json, pool.use());
        return json;
    }

    private static void sums(ObjectNode json, Use use) {
        json.put("reserved_bytes", use.reserved());
        json.put("allocated_bytes", use.allocated());
        json.put("active_bytes", use.active());
        json.put("inactive_bytes", use.inactive());
    }

    private static void ratio(ObjectNode json, Use use) {
        json.put("fragmentation_ratio", use.fragmentationRatio());
    }

    private static ObjectNode failure(FailedAllocation failure) {
        ObjectNode json = NODES.objectNode();
        json.put("device", failure.entry().device());
        put(json, "time_us", failure.entry().timeMicros());
        json.put("requested_bytes", failure.entry().requested());
        put(json, "device_free_bytes", failure.entry().deviceFree());
        json.put("stream", failure.entry().stream().map(TorchJson::unsigned).orElse(null));
        json.put("inactive_bytes", failure.free());
        json.put("largest_inactive_block_bytes", failure.largest());
        json.put("explained_by_fragmentation", failure.reason().isFragmentation());
        json.put("reason", failure.reason().name().toLowerCase(Locale.ROOT));
        json.put("entries_after", failure.entry().entriesAfter());
        return json;
    }

    private static BigInteger unsigned(long bits) {
        return new BigInteger(Long.toUnsignedString(bits));
    }

    /** Statistics hold no blocks: what only blocks tell is null. */
    public static String ofStatistics(List<AllocatorStatistics> all) {
        ObjectNode root = NODES.objectNode();
        root.put("schema_version", SCHEMA_VERSION);
        ArrayNode devices = root.putArray("devices");
        Status verdict = Status.OK;
        for (AllocatorStatistics statistics : all) {
            ObjectNode json = devices.addObject();
            put(json, "device", statistics.device());
            sums(json, statistics, "all");
            json.putNull("fragmentation_ratio");
            put(json, "inactive_split_bytes", statistics.bytes("inactive_split", "all"));
            put(json, "inactive_split_ratio", statistics.stuckRatio());
            put(json, "inactive_split_part_of_inactive_ratio", statistics.stuckPartOfFree());
            put(json, "rounding_ratio", statistics.roundingRatio());
            put(json, "allocation_retries", statistics.value("num_alloc_retries"));
            put(json, "failed_allocations", statistics.value("num_ooms"));
            ArrayNode pools = json.putArray("pools");
            for (String type : List.of("large", "small")) {
                ObjectNode pool = pools.addObject();
                pool.putNull("pool_id");
                pool.putNull("stream");
                pool.put("segment_type", type);
                sums(pool, statistics, type + "_pool");
                pool.putNull("largest_inactive_block_bytes");
                pool.putNull("fragmentation_ratio");
            }
            AllocatorStatistics.Judgement judgement = statistics.judge();
            ArrayNode reasons = json.putArray("reasons");
            judgement.reasons().forEach(reasons::add);
            verdict = Status.worse(verdict, judgement.status());
        }
        root.putArray("oom_events");
        root.put("verdict", verdict.name());
        return JsonText.of(root);
    }

    private static void sums(ObjectNode json, AllocatorStatistics statistics, String pool) {
        put(json, "reserved_bytes", statistics.bytes("reserved", pool));
        put(json, "allocated_bytes", statistics.bytes("allocated", pool));
        put(json, "active_bytes", statistics.bytes("active", pool));
        put(json, "inactive_bytes", statistics.inactive(pool));
    }

    private static void put(ObjectNode json, String key, OptionalLong value) {
        if (value.isPresent()) {
            json.put(key, value.getAsLong());
        } else {
            json.putNull(key);
        }
    }

    private static void put(ObjectNode json, String key, OptionalDouble value) {
        if (value.isPresent()) {
            json.put(key, value.getAsDouble());
        } else {
            json.putNull(key);
        }
    }
}
