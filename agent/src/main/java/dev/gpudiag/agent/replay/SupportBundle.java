package dev.gpudiag.agent.replay;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** The snapshot in what {@code gpudiag report} wrote. */
final class SupportBundle {

    private static final String SNAPSHOT = "/snapshot.json";
    private static final int MOST_ENTRIES = 1000;
    private static final String OTHER =
            ": compressed with gzip, and no archive of gpudiag report; if it is a capture, unpack it first: gunzip ";

    private SupportBundle() {}

    static boolean isCompressed(byte[] bytes) {
        return bytes.length > 1 && (bytes[0] & 0xff) == 0x1f && (bytes[1] & 0xff) == 0x8b;
    }

    /** The bytes of the snapshot, at most {@link Replay#MAX_BYTES}; no name in the archive is ever a path here. */
    static byte[] snapshot(Path file, byte[] compressed) throws ReplayException {
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new GZIPInputStream(new ByteArrayInputStream(compressed)))) {
            int entries = 0;
            long passed = 0;
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                passed += Math.max(0, entry.getSize());
                if (++entries > MOST_ENTRIES || passed > 8L * Replay.MAX_BYTES) {
                    break;
                }
                if (entry.isFile() && entry.getName().endsWith(SNAPSHOT)) {
                    byte[] bytes = tar.readNBytes(Replay.MAX_BYTES + 1);
                    if (bytes.length > Replay.MAX_BYTES) {
                        throw new ReplayException(file + ": its snapshot.json is larger than "
                                + Replay.MAX_BYTES / 1024 / 1024 + " MiB, which no snapshot is");
                    }
                    return bytes;
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new ReplayException(file + OTHER + file.getFileName(), e);
        }
        throw new ReplayException(file + OTHER + file.getFileName());
    }
}
