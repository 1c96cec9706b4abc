package dev.gpudiag.agent.metrics;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * What one tick has to say, written at most once in each format: when it is first asked for, and kept until the next tick.
 *
 * <p>An agent that samples every second and is scraped every fifteen writes one page in fifteen. Thread-safe.
 */
final class TickPage {

    private final MetricSnapshots snapshots;
    private final Map<MetricsFormat, Written> written = new EnumMap<>(MetricsFormat.class);
    private final int expectedBytes;

    /** A page in one format: plain, compressed once somebody wants that, and where its families are. */
    private static final class Written {
        private final byte[] plain;
        private byte[] gzipped;
        private FamilyIndex index;

        Written(byte[] plain) {
            this.plain = plain;
        }
    }

    TickPage(MetricSnapshots snapshots, int expectedBytes) {
        this.snapshots = snapshots;
        this.expectedBytes = expectedBytes;
    }

    /** The page; of the named families alone where there are names. */
    synchronized Rendering render(MetricsFormat format, boolean gzip, Collection<String> names) {
        Written page = written.computeIfAbsent(
                format, key -> new Written(DcgmTypes.restored(format, format.write(snapshots, expectedBytes))));
        if (!names.isEmpty()) {
            if (page.index == null) {
                page.index = FamilyIndex.of(format, page.plain);
            }
            byte[] part = page.index.select(names);
            return new Rendering(format, gzip, gzip ? gzipped(part) : part);
        }
        if (gzip && page.gzipped == null) {
            page.gzipped = gzipped(page.plain);
        }
        return new Rendering(format, gzip, gzip ? page.gzipped : page.plain);
    }

    private static byte[] gzipped(byte[] plain) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(plain.length / 8 + 64);
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out.toByteArray();
    }
}
