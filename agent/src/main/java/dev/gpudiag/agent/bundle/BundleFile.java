package dev.gpudiag.agent.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** A new tar.gz that its owner alone may read; a file that is there already is never touched. */
final class BundleFile implements Closeable {

    private static final int MODE = 0600;

    private final Path file;
    private final String folder;
    private final Instant time;
    private final TarArchiveOutputStream tar;
    private boolean complete;

    /** @param time modification time of all entries */
    BundleFile(Path file, Instant time) throws BundleException {
        this.file = file;
        this.time = time;
        this.folder = file.getFileName().toString().replaceFirst("\\.(tar\\.gz|tgz)$", "") + "/";
        try {
            tar = new TarArchiveOutputStream(
                    new GZIPOutputStream(Channels.newOutputStream(Files.newByteChannel(
                            file,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))))),
                    UTF_8.name());
        } catch (FileAlreadyExistsException e) {
            throw new BundleException(file + " is there already, and is not written over", e);
        } catch (IOException e) {
            throw new BundleException("cannot write " + file + ": " + e.getMessage(), e);
        }
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    }

    void add(String name, byte[] content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(folder + name);
        entry.setSize(content.length);
        entry.setMode(MODE);
        entry.setModTime(time.toEpochMilli());
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    /** Closes the archive; until then {@link #close} removes it. */
    void complete() throws IOException {
        tar.finish();
        tar.close();
        complete = true;
    }

    @Override
    public void close() throws IOException {
        if (!complete) {
            try {
                tar.close();
            } finally {
                Files.deleteIfExists(file);
            }
        }
    }
}
