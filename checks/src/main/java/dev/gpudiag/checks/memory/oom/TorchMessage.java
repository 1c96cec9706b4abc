package dev.gpudiag.checks.memory.oom;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The message of {@code torch.OutOfMemoryError} in the wordings of PyTorch 0.4 on: figures in parentheses, with
 * {@code cached} (to 1.4) or {@code reserved in total} (to 2.0), and in sentences (2.1 on, which wrote {@code capacty} at
 * first).
 */
final class TorchMessage {

    /** A process that is this one holds at most as much outside the allocator: context, libraries, communication. */
    private static final long OUTSIDE_ALLOCATOR = 3L << 30;

    private static final int PROCESS_LIMIT = 64;

    private static final Pattern REQUESTED = Pattern.compile("Tried to allocate " + ByteAmount.PATTERN);
    private static final Pattern DEVICE = Pattern.compile("GPU (\\d{1,4})\\b");
    private static final Pattern CAPACITY_AND_FREE = Pattern.compile(
            "total capaci?ty of " + ByteAmount.PATTERN + " of which " + ByteAmount.PATTERN + " is free");
    private static final Pattern CAPACITY = Pattern.compile(ByteAmount.PATTERN + " total capacity");
    private static final Pattern ALLOCATED =
            Pattern.compile(ByteAmount.PATTERN + " (?:already allocated|is allocated by PyTorch)");
    private static final Pattern FREE = Pattern.compile("; " + ByteAmount.PATTERN + " free\\b");
    private static final Pattern CACHED = Pattern.compile(ByteAmount.PATTERN + " cached\\)");
    private static final Pattern RESERVED = Pattern.compile(ByteAmount.PATTERN + " reserved in total by PyTorch");
    private static final Pattern UNALLOCATED =
            Pattern.compile(ByteAmount.PATTERN + " is reserved by PyTorch but unallocated");
    private static final Pattern PRIVATE = Pattern.compile(ByteAmount.PATTERN + " allocated in private pools");
    private static final Pattern ALLOWED = Pattern.compile(ByteAmount.PATTERN + " allowed;");
    private static final Pattern THIS_PROCESS =
            Pattern.compile("this process has " + ByteAmount.PATTERN + " memory in use");
    private static final Pattern PROCESS =
            Pattern.compile("Process (\\d{1,10}) has " + ByteAmount.PATTERN + " memory in use");

    private final String text;
    private final Map<OomFigure, Long> figures = new EnumMap<>(OomFigure.class);
    private final List<OomEvent.MemoryUser> processes = new ArrayList<>();

    private TorchMessage(String text) {
        this.text = text;
    }

    /** Reads a message that may be cut off anywhere. */
    static TorchMessage read(String text) {
        TorchMessage message = new TorchMessage(text);
        message.put(OomFigure.REQUESTED, REQUESTED);
        Matcher both = CAPACITY_AND_FREE.matcher(text);
        if (both.find()) {
            message.put(OomFigure.CAPACITY, ByteAmount.of(both, 1));
            message.put(OomFigure.FREE, ByteAmount.of(both, 3));
        } else {
            message.put(OomFigure.CAPACITY, CAPACITY);
            message.put(OomFigure.FREE, FREE);
        }
        message.put(OomFigure.ALLOCATED, ALLOCATED);
        message.put(OomFigure.UNALLOCATED, UNALLOCATED);
        message.put(OomFigure.UNALLOCATED, CACHED);
        message.put(OomFigure.RESERVED, RESERVED);
        message.put(OomFigure.PRIVATE_POOLS, PRIVATE);
        message.put(OomFigure.ALLOWED, ALLOWED);
        message.put(OomFigure.PROCESS, THIS_PROCESS);
        message.derive();
        return message;
    }

    Map<OomFigure, Long> figures() {
        return figures;
    }

    List<OomEvent.MemoryUser> processes() {
        return processes;
    }

    OptionalInt device() {
        Matcher matcher = DEVICE.matcher(text);
        return matcher.find() ? OptionalInt.of(Integer.parseInt(matcher.group(1))) : OptionalInt.empty();
    }

    private void put(OomFigure figure, Pattern pattern) {
        put(figure, ByteAmount.find(pattern, text));
    }

    private void put(OomFigure figure, OptionalLong bytes) {
        if (bytes.isPresent()) {
            figures.putIfAbsent(figure, bytes.getAsLong());
        }
    }

    private void derive() {
        Long allocated = figures.get(OomFigure.ALLOCATED);
        Long unallocated = figures.get(OomFigure.UNALLOCATED);
        Long reserved = figures.get(OomFigure.RESERVED);
        if (allocated != null && unallocated != null) {
            figures.putIfAbsent(OomFigure.RESERVED, allocated + unallocated);
        } else if (allocated != null && reserved != null && reserved >= allocated) {
            figures.put(OomFigure.UNALLOCATED, reserved - allocated);
        }
        readProcesses();
        Long capacity = figures.get(OomFigure.CAPACITY);
        Long free = figures.get(OomFigure.FREE);
        Long own = figures.getOrDefault(OomFigure.PROCESS, figures.get(OomFigure.RESERVED));
        if (capacity != null && free != null && own != null && capacity - free - own >= 0) {
            figures.put(OomFigure.OTHERS, capacity - free - own);
        }
    }

    /** In a container this process has another number than NVML gives, and is told by its figures only. */
    private void readProcesses() {
        Matcher matcher = PROCESS.matcher(text);
        List<OomEvent.MemoryUser> found = new ArrayList<>();
        while (matcher.find() && found.size() < PROCESS_LIMIT) {
            long pid = Long.parseLong(matcher.group(1));
            OptionalLong used = ByteAmount.of(matcher, 2);
            if (used.isPresent()) {
                found.add(new OomEvent.MemoryUser(pid, used.getAsLong(), false));
            }
        }
        int own = figures.containsKey(OomFigure.PROCESS) ? -1 : ownOf(found);
        for (int i = 0; i < found.size(); i++) {
            OomEvent.MemoryUser process = found.get(i);
            processes.add(new OomEvent.MemoryUser(process.pid(), process.usedBytes(), i == own));
        }
        if (own >= 0) {
            figures.put(OomFigure.PROCESS, found.get(own).usedBytes());
        }
    }

    /** The process that holds a little more than the allocator has reserved; -1 where none does. */
    private int ownOf(List<OomEvent.MemoryUser> found) {
        Long reserved = figures.get(OomFigure.RESERVED);
        int own = -1;
        long least = OUTSIDE_ALLOCATOR;
        for (int i = 0; reserved != null && i < found.size(); i++) {
            long outside = found.get(i).usedBytes() - reserved;
            // figures are rounded to a hundredth of a GiB each
            if (outside >= -(32L << 20) && outside < least) {
                own = i;
                least = outside;
            }
        }
        return own;
    }
}
