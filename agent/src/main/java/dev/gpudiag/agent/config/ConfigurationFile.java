package dev.gpudiag.agent.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Notices that a configuration file is another one than before, also behind links that are exchanged, as those of a mounted
 * ConfigMap are.
 *
 * <p>A file is changed once it is the same at two looks: one that is being written is left alone meanwhile. Not thread-safe.
 */
public final class ConfigurationFile {

    private static final int SIZE_LIMIT = 1024 * 1024;
    private static final String GONE = "gone";

    private final Path file;
    private String known;
    private String lastLook;

    /** A file as it is now; it need not exist. */
    public ConfigurationFile(Path file) {
        this.file = file;
        known = fingerprint();
        lastLook = known;
    }

    public Path path() {
        return file;
    }

    /** Whether it is another file than at the last time that this was true, or at the beginning; to be asked now and then. */
    public boolean isChanged() {
        String now = fingerprint();
        boolean settled = now.equals(lastLook);
        lastLook = now;
        if (!settled || now.equals(known)) {
            return false;
        }
        known = now;
        return true;
    }

    /** Whether there is no file. */
    public boolean isGoneNow() {
        return fingerprint().equals(GONE);
    }

    /** What it says is what counts: a file may be replaced by one of the same size and time. */
    private String fingerprint() {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            return "not a file"; // and reading it might never end
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(SIZE_LIMIT);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchFileException e) {
            return GONE;
        } catch (IOException e) {
            return "unreadable";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
