package dev.gpudiag.agent.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;

/** Whose files are believed: the reader's own, root's, and those of the directory's owner. */
final class Owners {

    private static final int ROOT = 0;

    private Owners() {}

    /** Refuses a file that somebody else has put there. */
    static void check(Path file, PosixFileAttributes attributes) throws IOException {
        int owner = uid(file);
        if (owner == ROOT || owner == uid(Path.of("/proc/self"))) {
            return;
        }
        UserPrincipal directory = Files.getOwner(file.toAbsolutePath().getParent());
        if (!directory.equals(attributes.owner())) {
            throw new StateFormatException(
                    "belongs to " + attributes.owner().getName() + ", who owns neither the directory nor this process");
        }
    }

    private static int uid(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }
}
