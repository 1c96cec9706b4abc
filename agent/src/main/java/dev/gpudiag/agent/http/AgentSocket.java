package dev.gpudiag.agent.http;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector;

/**
 * The socket of the agent for commands on the same node.
 *
 * <p>Bound under another name, given its mode and group, and only then moved to its own name: nobody ever meets it with the
 * rights that the process's umask would give. A socket that a dead agent left is replaced, one that somebody answers is not,
 * and neither is a file of another kind.
 */
final class AgentSocket extends UnixDomainServerConnector {

    /** {@code sun_path} without its last zero. */
    static final int MOST_PATH_BYTES = 107;

    private static final String MODE = "rw-rw----";
    private static final String BEING_BOUND = ".new";

    private final Path path;
    private final Optional<GroupPrincipal> group;
    private Object fileKey;

    /**
     * @param group whose members may connect, beside root and the agent's own user
     * @throws IOException in words for a user where the path cannot be used
     */
    AgentSocket(Server server, Path path, Optional<GroupPrincipal> group, ConnectionFactory... factories)
            throws IOException {
        super(server, null, null, null, 1, 1, factories);
        this.path = path;
        this.group = group;
        Path bound = path.resolveSibling(path.getFileName() + BEING_BOUND);
        if (bound.toString().getBytes(StandardCharsets.UTF_8).length > MOST_PATH_BYTES) {
            throw new IOException(
                    "longer than a socket's name may be (" + (MOST_PATH_BYTES - BEING_BOUND.length()) + " bytes)");
        }
        if (!Files.isDirectory(path.getParent())) {
            throw new IOException("no such directory: " + path.getParent());
        }
        refuseWhatIsInUse(path);
        refuseWhatIsInUse(bound);
        setUnixDomainPath(bound);
    }

    private static void refuseWhatIsInUse(Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!attributes(file).isOther()) {
            throw new IOException(file + " is there and is no socket");
        }
        if (somebodyListens(file)) {
            throw new IOException("another agent answers there");
        }
    }

    private static boolean somebodyListens(Path file) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.configureBlocking(false);
            channel.connect(UnixDomainSocketAddress.of(file));
            return true;
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            if (why.contains("Connection refused") || why.contains("No such file")) {
                return false;
            }
            if (why.contains("Resource temporarily unavailable")) {
                return true; // it listens, and is behind
            }
            throw e;
        }
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    protected void doStart() throws Exception {
        Files.deleteIfExists(getUnixDomainPath());
        super.doStart();
        Path bound = getUnixDomainPath();
        PosixFileAttributeView view =
                Files.getFileAttributeView(bound, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (group.isPresent() && !view.readAttributes().group().equals(group.get())) {
            view.setGroup(group.get());
        }
        Files.setPosixFilePermissions(bound, PosixFilePermissions.fromString(MODE));
        fileKey = attributes(bound).fileKey();
        Files.move(bound, path, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                && attributes(path).fileKey().equals(fileKey)) {
            Files.deleteIfExists(path);
        }
    }
}
