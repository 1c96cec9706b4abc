package dev.gpudiag.agent.torch;

import dev.gpudiag.checks.memory.torch.Block;
import dev.gpudiag.checks.memory.torch.OomEntry;
import dev.gpudiag.checks.memory.torch.PoolKey;
import dev.gpudiag.checks.memory.torch.Segment;
import dev.gpudiag.checks.memory.torch.Snapshot;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads what {@code torch.cuda.memory._dump_snapshot} or PyTorch's out-of-memory observer has written, of PyTorch 1.11 on:
 * with or without traces, with frames in {@code frames} or in {@code history}, a dictionary or the bare list of segments.
 */
public final class SnapshotReader {

    private static final long INPUT_LIMIT = 64L << 30;
    private static final int NOTE_LIMIT = 10;

    private final SnapshotFrames frames = new SnapshotFrames();
    private final List<String> notes = new ArrayList<>();

    private SnapshotReader() {}

    /**
     * The snapshot in a pickle.
     *
     * @param keepsFrames whether the stack frames of blocks are kept
     * @throws TorchFileException for a pickle that is refused, or that is no snapshot
     */
    public static Snapshot read(InputStream in, boolean keepsFrames) throws IOException, TorchFileException {
        PickleReader pickle = new PickleReader(in, INPUT_LIMIT, HeapBudget.DEFAULT, keepsFrames);
        Object top = pickle.read();
        SnapshotReader reader = new SnapshotReader();
        if (pickle.framesLeftOut()) {
            reader.note("too many stack frames: some blocks are shown without theirs");
        }
        return reader.snapshot(top);
    }

    private Snapshot snapshot(Object top) throws TorchFileException {
        if (top instanceof PickleList list) {
            return new Snapshot(segments(list.items()), List.of(), Optional.empty(), 0, notes);
        }
        if (!(top instanceof PickleDict dict) || !(dict.get("segments").orElse(null) instanceof PickleList segments)) {
            throw new TorchFileException("this pickle is no memory snapshot: it has no list of segments");
        }
        List<OomEntry> ooms = new ArrayList<>();
        long entries = 0;
        List<Object> traces = new SnapshotFields(dict, "the snapshot").items("device_traces");
        for (int device = 0; device < traces.size(); device++) {
            if (traces.get(device) instanceof PickleList trace) {
                entries += trace.length();
                for (Object item : trace.items()) {
                    if (item instanceof TraceEntry entry) {
                        ooms.add(oom(device, entry, trace.length()));
                    }
                }
            }
        }
        return new Snapshot(segments(segments.items()), ooms, configuration(dict), entries, notes);
    }

    private static Optional<String> configuration(PickleDict top) {
        return top.get("allocator_settings")
                .filter(PickleDict.class::isInstance)
                .flatMap(settings -> ((PickleDict) settings).get("PYTORCH_CUDA_ALLOC_CONF"))
                .filter(String.class::isInstance)
                .map(String.class::cast);
    }

    private static OomEntry oom(int device, TraceEntry entry, long entries) throws TorchFileException {
        SnapshotFields fields =
                new SnapshotFields(entry.entry(), "trace of device " + device + " entry " + entry.position());
        Optional<Long> time = fields.bits("time_us");
        return new OomEntry(
                device,
                fields.size("size").orElseThrow(() -> fields.wrong("size", "missing")),
                fields.size("device_free"),
                fields.bits("stream"),
                time.isPresent() ? OptionalLong.of(time.get()) : OptionalLong.empty(),
                entries - entry.position() - 1);
    }

    private List<Segment> segments(List<Object> items) throws TorchFileException {
        List<Segment> segments = new ArrayList<>(items.size());
        for (Object item : items) {
            String where = "segment " + segments.size();
            if (!(item instanceof PickleDict dict)) {
                throw new TorchFileException("this pickle is no memory snapshot: " + where + " is no dictionary");
            }
            segments.add(segment(new SnapshotFields(dict, where)));
        }
        return segments;
    }

    private Segment segment(SnapshotFields fields) throws TorchFileException {
        long address = fields.bits("address").orElse(0L);
        List<Block> blocks = blocks(fields, address);
        long inBlocks = 0;
        long allocatedInBlocks = 0;
        long activeInBlocks = 0;
        for (Block block : blocks) {
            inBlocks += block.size();
            allocatedInBlocks += block.state() == Block.State.ACTIVE_ALLOCATED ? block.size() : 0;
            activeInBlocks += block.state() == Block.State.INACTIVE ? 0 : block.size();
        }
        long total = agreed(fields, "total_size", inBlocks);
        return new Segment(
                pool(fields),
                address,
                total,
                agreed(fields, "allocated_size", allocatedInBlocks),
                agreed(fields, "active_size", activeInBlocks),
                fields.flag("is_expandable"),
                blocks);
    }

    /** What the segment says of itself; a word where its blocks say something else. */
    private long agreed(SnapshotFields fields, String name, long inBlocks) throws TorchFileException {
        OptionalLong said = fields.size(name);
        if (said.isPresent() && said.getAsLong() != inBlocks) {
            note(fields.where() + ": " + name + " is " + said.getAsLong() + ", its blocks add up to " + inBlocks);
        }
        return said.orElse(inBlocks);
    }

    private static PoolKey pool(SnapshotFields fields) throws TorchFileException {
        long device = fields.bits("device").orElse(0L);
        if (device < 0 || device > Short.MAX_VALUE) {
            throw fields.wrong("device", "no number of a device");
        }
        List<Object> id = fields.items("segment_pool_id");
        boolean pair = id.size() == 2 && id.get(0) instanceof Long && id.get(1) instanceof Long;
        return new PoolKey(
                (int) device,
                fields.bits("stream").orElse(0L),
                fields.text("segment_type").orElse("large"),
                pair ? Optional.of(new PoolKey.Id((Long) id.get(0), (Long) id.get(1))) : Optional.empty());
    }

    private List<Block> blocks(SnapshotFields segment, long address) throws TorchFileException {
        List<Block> blocks = new ArrayList<>();
        long next = address;
        for (Object item : segment.items("blocks")) {
            String where = segment.where() + " block " + blocks.size();
            if (!(item instanceof PickleDict dict)) {
                throw new TorchFileException("this pickle is no memory snapshot: " + where + " is no dictionary");
            }
            SnapshotFields fields = new SnapshotFields(dict, where);
            long size = fields.size("size").orElseThrow(() -> fields.wrong("size", "missing"));
            blocks.add(block(fields, fields.bits("address").orElse(next), size));
            next += size;
        }
        return blocks;
    }

    private Block block(SnapshotFields fields, long address, long size) throws TorchFileException {
        Object stack = fields.dict().get("frames").orElse(null);
        OptionalLong requested = fields.size("requested_size");
        List<Object> history = fields.items("history");
        if (!history.isEmpty() && history.getFirst() instanceof PickleDict first) {
            requested = requested.isPresent()
                    ? requested
                    : new SnapshotFields(first, fields.where() + " history").size("real_size");
            stack = stack == null ? first.get("frames").orElse(null) : stack;
        }
        return new Block(address, size, requested, state(fields), frames.of(stack));
    }

    private Block.State state(SnapshotFields fields) throws TorchFileException {
        String state = fields.text("state").orElseThrow(() -> fields.wrong("state", "missing"));
        return switch (state) {
            case "active_allocated" -> Block.State.ACTIVE_ALLOCATED;
            case "active_pending_free", "active_awaiting_free" -> Block.State.ACTIVE_PENDING_FREE;
            case "inactive" -> Block.State.INACTIVE;
            default -> {
                note(fields.where() + ": the state '" + state + "' is not known, counted as active");
                yield Block.State.OTHER;
            }
        };
    }

    private void note(String text) {
        if (notes.size() < NOTE_LIMIT) {
            notes.add(text);
        } else if (notes.size() == NOTE_LIMIT) {
            notes.add("and more of this kind");
        }
    }
}
