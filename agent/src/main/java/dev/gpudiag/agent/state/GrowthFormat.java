package dev.gpudiag.agent.state;

import dev.gpudiag.checks.memory.GrowthDetector;
import dev.gpudiag.checks.memory.GrowthSubject;
import dev.gpudiag.checks.memory.MemoryGrowth;
import dev.gpudiag.checks.memory.TrackedMemory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * The bytes of a state file of growth: magic, version, boot, time, entries with their detectors, checksum of it all.
 *
 * <p>Whatever is not exactly that is refused with a reason; a length is never believed beyond what is there.
 */
final class GrowthFormat {

    private static final long MAGIC = 0x6770_7564_6961_676dL;
    private static final int VERSION = 2;
    private static final long UNKNOWN = Long.MIN_VALUE;
    private static final int DETECTOR_LIMIT = 64 * 1024;

    private GrowthFormat() {}

    /** What a file holds. */
    record Saved(Optional<String> bootId, Instant savedAt, List<TrackedMemory> entries) {}

    static byte[] format(MemoryGrowth growth, Instant now) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeLong(MAGIC);
        out.writeInt(VERSION);
        out.writeUTF(growth.bootId().orElse(""));
        out.writeLong(now.toEpochMilli());
        List<TrackedMemory> entries = growth.tracked();
        out.writeInt(entries.size());
        for (TrackedMemory entry : entries) {
            GrowthSubject subject = entry.subject();
            out.writeUTF(subject.kind().name());
            out.writeUTF(subject.gpu());
            out.writeLong(subject.gpuInstance());
            out.writeLong(subject.computeInstance());
            out.writeLong(subject.pid());
            out.writeUTF(subject.name());
            out.writeLong(entry.startTicks());
            out.writeLong(entry.startedAt().map(Instant::toEpochMilli).orElse(UNKNOWN));
            out.writeLong(entry.deviceBytes());
            out.writeLong(entry.firstSeen().toEpochMilli());
            out.writeLong(entry.lastSeen().toEpochMilli());
            out.writeLong(entry.lastBytes());
            byte[] detector = entry.detector().serialize();
            out.writeInt(detector.length);
            out.write(detector);
        }
        CRC32 sum = new CRC32();
        sum.update(bytes.toByteArray());
        out.writeLong(sum.getValue());
        return bytes.toByteArray();
    }

    static Saved parse(byte[] bytes) throws StateFormatException {
        if (bytes.length < 3 * Long.BYTES) {
            throw new StateFormatException("truncated: " + bytes.length + " bytes");
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (in.readLong() != MAGIC) {
                throw new StateFormatException("not a state of gpudiag");
            }
            int version = in.readInt();
            if (version > VERSION) {
                throw StateFormatException.newer(version);
            }
            if (version != VERSION) {
                throw new StateFormatException("written by an older gpudiag (version " + version + ")");
            }
            CRC32 sum = new CRC32();
            sum.update(bytes, 0, bytes.length - Long.BYTES);
            DataInputStream end =
                    new DataInputStream(new ByteArrayInputStream(bytes, bytes.length - Long.BYTES, Long.BYTES));
            if (end.readLong() != sum.getValue()) {
                throw new StateFormatException("truncated or damaged: the checksum is wrong");
            }
            return body(in);
        } catch (StateFormatException e) {
            throw e;
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            throw new StateFormatException("makes no sense: " + e.getMessage());
        }
    }

    private static Saved body(DataInputStream in) throws IOException {
        String boot = in.readUTF();
        Instant savedAt = Instant.ofEpochMilli(in.readLong());
        int count = in.readInt();
        if (count < 0 || count > MemoryGrowth.LIMIT) {
            throw new StateFormatException("makes no sense: " + count + " entries");
        }
        List<TrackedMemory> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(entry(in));
        }
        return new Saved(Optional.of(boot).filter(id -> !id.isEmpty()), savedAt, entries);
    }

    private static TrackedMemory entry(DataInputStream in) throws IOException {
        GrowthSubject subject = new GrowthSubject(
                GrowthSubject.Kind.valueOf(in.readUTF()),
                in.readUTF(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readUTF());
        long startTicks = in.readLong();
        long started = in.readLong();
        Optional<Instant> startedAt =
                started == UNKNOWN ? Optional.empty() : Optional.of(Instant.ofEpochMilli(started));
        long deviceBytes = in.readLong();
        Instant firstSeen = Instant.ofEpochMilli(in.readLong());
        Instant lastSeen = Instant.ofEpochMilli(in.readLong());
        long lastBytes = in.readLong();
        int length = in.readInt();
        if (length < 0 || length > DETECTOR_LIMIT || length > in.available()) {
            throw new StateFormatException("makes no sense: a detector of " + length + " bytes");
        }
        GrowthDetector detector =
                GrowthDetector.restore(TrackedMemory.options(deviceBytes, startedAt), in.readNBytes(length));
        return new TrackedMemory(subject, startTicks, startedAt, deviceBytes, firstSeen, lastSeen, lastBytes, detector);
    }
}
