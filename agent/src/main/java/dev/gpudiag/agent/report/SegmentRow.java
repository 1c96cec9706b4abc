package dev.gpudiag.agent.report;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.memory.torch.Block;
import dev.gpudiag.checks.memory.torch.Frame;
import dev.gpudiag.checks.memory.torch.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Draws one segment to scale; blocks that are too narrow to be seen are drawn together, each state with its share. */
final class SegmentRow {

    /** Pixels below which blocks are drawn together. */
    private static final double NARROW = 3;

    /** Pixels that the size of a block needs as a label. */
    private static final double LABEL = 58;

    private static final int MOST_FRAMES = 8;

    private final SvgText svg;
    private final Segment segment;
    private final double y;
    private final double height;
    private final double bytesPerPixel;
    private final List<Block> narrow = new ArrayList<>();
    private double x;

    SegmentRow(SvgText svg, Segment segment, double x, double y, double height, double bytesPerPixel) {
        this.svg = svg;
        this.segment = segment;
        this.x = x;
        this.y = y;
        this.height = height;
        this.bytesPerPixel = bytesPerPixel;
    }

    void draw() {
        double from = x;
        for (Block block : segment.blocks()) {
            double width = block.size() / bytesPerPixel;
            if (width < NARROW) {
                narrow.add(block);
                if (sum(narrow) / bytesPerPixel >= NARROW) {
                    together();
                }
            } else {
                together();
                svg.rectangle(kind(block), x, y, width, height, title(block));
                if (width >= LABEL) {
                    svg.text("label", x + 4, y + height - 6, size(block.size()));
                }
                x += width;
            }
        }
        together();
        svg.outline(from, y, segment.total() / bytesPerPixel, height);
    }

    private static double sum(List<Block> blocks) {
        return blocks.stream().mapToLong(Block::size).sum();
    }

    private void together() {
        if (narrow.isEmpty()) {
            return;
        }
        double all = sum(narrow);
        double width = all / bytesPerPixel;
        double top = y;
        StringBuilder title = new StringBuilder(narrow.size() + " blocks, " + size(all));
        for (String kind : List.of("free", "stuck", "pending", "other", "allocated")) {
            double part = sum(
                    narrow.stream().filter(block -> kind(block).equals(kind)).toList());
            title.append(part == 0 ? "" : "\n" + size(part) + " " + inWords(kind));
        }
        for (String kind : List.of("free", "stuck", "pending", "other", "allocated")) {
            double part = sum(
                    narrow.stream().filter(block -> kind(block).equals(kind)).toList());
            if (part > 0) {
                svg.rectangle(kind, x, top, width, height * part / all, where() + title);
                top += height * part / all;
            }
        }
        x += width;
        narrow.clear();
    }

    private String kind(Block block) {
        return switch (block.state()) {
            case ACTIVE_ALLOCATED -> "allocated";
            case ACTIVE_PENDING_FREE -> "pending";
            case INACTIVE -> segment.isReleasable() ? "free" : "stuck";
            case OTHER -> "other";
        };
    }

    static String inWords(String kind) {
        return switch (kind) {
            case "allocated" -> "allocated";
            case "pending" -> "freed, still used by a stream";
            case "free" -> "free, can go back to the driver";
            case "stuck" -> "free, stuck beside blocks in use";
            default -> "in a state that is not known";
        };
    }

    private String where() {
        return "segment 0x" + Long.toHexString(segment.address()) + ", " + size(segment.total())
                + (segment.expandable() ? ", expandable" : "") + "\n";
    }

    private String title(Block block) {
        StringBuilder title = new StringBuilder(where())
                .append("block 0x")
                .append(Long.toHexString(block.address()))
                .append(", ")
                .append(size(block.size()))
                .append(", ")
                .append(inWords(kind(block)));
        block.requested().ifPresent(bytes -> title.append(", asked for ").append(size(bytes)));
        block.frames().stream()
                .limit(MOST_FRAMES)
                .map(Frame::describe)
                .forEach(frame -> title.append("\n  ").append(frame));
        if (block.frames().size() > MOST_FRAMES) {
            title.append("\n  and ").append(block.frames().size() - MOST_FRAMES).append(" more frames");
        }
        return title.toString();
    }

    /** Also of what is less than a MiB. */
    static String size(long bytes) {
        return size((double) bytes);
    }

    static String size(double bytes) {
        return bytes > 0 && bytes < 1 << 20
                ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024)
                : Amounts.bytes(bytes);
    }
}
