package dev.gpudiag.agent.report;

import dev.gpudiag.checks.Amounts;
import dev.gpudiag.checks.memory.torch.Device;
import dev.gpudiag.checks.memory.torch.Pool;
import dev.gpudiag.checks.memory.torch.Segment;
import dev.gpudiag.checks.memory.torch.SnapshotAnalysis;
import dev.gpudiag.checks.memory.torch.Use;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * The segments and blocks of a snapshot as a picture, to scale within each pool: one SVG that needs nothing else, or the
 * same in an HTML page.
 */
public final class TorchPicture {

    private static final double WIDTH = 1200;
    private static final double MARGIN = 24;
    private static final double INNER = WIDTH - 2 * MARGIN;
    private static final double ROW = 20;
    private static final double BETWEEN_ROWS = 6;
    private static final double BETWEEN_SEGMENTS = 2;
    private static final int MOST_ROWS = 30;
    private static final int MOST_POOLS = 24;
    private static final int MOST_PINS = 3;

    private static final String STYLE = """
            svg{background:#ffffff;font-family:system-ui,sans-serif}
            rect.allocated{fill:#4477aa}rect.pending{fill:#ccbb44}rect.stuck{fill:#ee6677}
            rect.free{fill:#b9dfc0}rect.other{fill:#999999}
            rect.outline{fill:none;stroke:#222222;stroke-width:1;pointer-events:none}
            rect:hover{stroke:#000000;stroke-width:2}
            text{fill:#1c1c1c;font-size:13px}text.title{font-size:20px;font-weight:600}
            text.pool{font-size:15px;font-weight:600}text.quiet{fill:#555555;font-size:12px}
            text.label{font-size:11px;fill:#ffffff;pointer-events:none}
            rect.free+text.label,rect.pending+text.label,rect.stuck+text.label{fill:#1c1c1c}
            """;

    private final SnapshotAnalysis analysis;
    private final SvgText svg = new SvgText();
    private double y = MARGIN;

    private TorchPicture(SnapshotAnalysis analysis) {
        this.analysis = analysis;
    }

    /** An SVG file. */
    public static String svg(SnapshotAnalysis analysis) {
        return new TorchPicture(analysis).document();
    }

    /** An HTML file that holds the SVG. */
    public static String html(SnapshotAnalysis analysis) {
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
                + "<title>PyTorch memory snapshot</title>\n<style>body{margin:0}svg{max-width:100%;height:auto}</style>\n"
                + "</head>\n<body>\n" + svg(analysis) + "</body>\n</html>\n";
    }

    private String document() {
        heading();
        int drawn = 0;
        for (Device device : analysis.devices()) {
            device(device);
            for (Pool pool : device.pools()) {
                if (drawn++ < MOST_POOLS) {
                    pool(pool);
                }
            }
        }
        if (drawn > MOST_POOLS) {
            line("text", 20, (drawn - MOST_POOLS) + " more pools are not drawn");
        }
        if (analysis.devices().isEmpty()) {
            line("text", 20, "The snapshot holds no segment.");
        }
        return String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\">%n"
                        + "<style>%n%s</style>%n%s</svg>%n",
                WIDTH,
                y + MARGIN,
                WIDTH,
                y + MARGIN,
                STYLE,
                svg);
    }

    private void line(String kind, double height, String text) {
        y += height;
        svg.text(kind, MARGIN, y, text);
    }

    private void heading() {
        line("title", 14, "PyTorch memory: " + analysis.status().name());
        analysis.reasons().forEach(reason -> line("text", 20, Printable.cut(reason, 170)));
        y += 14;
        double x = MARGIN;
        for (String kind : List.of("allocated", "pending", "stuck", "free")) {
            svg.rectangle(kind, x, y, 14, 14, SegmentRow.inWords(kind));
            svg.text("text", x + 20, y + 12, SegmentRow.inWords(kind));
            x += 50 + 6.6 * SegmentRow.inWords(kind).length();
        }
        y += 20;
        line(
                "quiet",
                14,
                "One frame is one segment, to scale within its pool, by address. Rest the pointer on a block to"
                        + " see its size and who asked for it. Blocks too narrow to be drawn share a column.");
    }

    private void device(Device device) {
        Use use = device.use();
        line(
                "title",
                40,
                "device " + device.index() + ": " + Amounts.bytes(use.reserved()) + " reserved, "
                        + Amounts.bytes(use.allocated()) + " allocated, " + Amounts.bytes(use.inactive()) + " free ("
                        + Amounts.bytes(use.stuck()) + " stuck)");
    }

    private void pool(Pool pool) {
        Use use = pool.use();
        List<Segment> segments = analysis.snapshot().segments().stream()
                .filter(segment -> segment.pool().equals(pool.key()))
                .sorted(Comparator.comparing(Segment::address, Long::compareUnsigned))
                .toList();
        long largest = segments.stream().mapToLong(Segment::total).max().orElse(1);
        double rowBytes = Math.max((double) Math.max(1, largest), 1.05 * use.reserved() / MOST_ROWS);
        double bytesPerPixel = rowBytes / INNER;
        line("pool", 30, pool.key().describe());
        line(
                "quiet",
                17,
                Amounts.plural(use.segments(), "segment") + ", " + Amounts.plural(use.blocks(), "block") + ", "
                        + Amounts.bytes(use.reserved()) + " reserved, largest free block "
                        + SegmentRow.size(use.largestInactive())
                        + String.format(Locale.ROOT, ", F1 %.3f, F3 %.3f", use.stuckRatio(), use.fragmentationRatio())
                        + "; a full row is " + SegmentRow.size(rowBytes));
        y += 10;
        rows(segments, bytesPerPixel);
        pool.pins().stream()
                .limit(MOST_PINS)
                .forEach(pin -> line(
                        "quiet",
                        17,
                        Printable.cut(
                                "between free blocks: " + pin.origin() + ", " + Amounts.plural(pin.blocks(), "block")
                                        + ", " + SegmentRow.size(pin.bytes()) + " beside "
                                        + SegmentRow.size(pin.stuck())
                                        + " stuck",
                                170)));
    }

    private void rows(List<Segment> segments, double bytesPerPixel) {
        double x = MARGIN;
        for (Segment segment : segments) {
            double width = segment.total() / bytesPerPixel;
            if (x > MARGIN && x + width > MARGIN + INNER + 0.5) {
                x = MARGIN;
                y += ROW + BETWEEN_ROWS;
            }
            new SegmentRow(svg, segment, x, y, ROW, bytesPerPixel).draw();
            x += width + Math.min(BETWEEN_SEGMENTS, width / 4);
        }
        y += ROW;
    }
}
