package dev.gpudiag.agent.systemd;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Optional;

/**
 * The datagram socket that systemd names in {@code NOTIFY_SOCKET}, a path or an abstract name (sd_notify(3)).
 *
 * <p>Sending never waits: a message that systemd has no room for is dropped. Thread-safe.
 */
final class NotifySocket {

    private static final String VARIABLE = "NOTIFY_SOCKET";
    private static final System.Logger LOG = System.getLogger("gpudiag.systemd");

    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;

    /** Bytes of a path in sockaddr_un, with its end. */
    private static final int PATH_LIMIT = 108;

    private final byte[] address;
    private final Function sendto;
    private final int descriptor;
    private boolean failed;

    private NotifySocket(byte[] address) {
        this.address = address;
        NativeLibrary process = NativeLibrary.getProcess();
        sendto = process.getFunction("sendto");
        descriptor = process.getFunction("socket").invokeInt(new Object[] {AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0});
    }

    /** The socket that the environment names; empty where none is named, or it cannot be used, which is logged. */
    static Optional<NotifySocket> of(Map<String, String> environment) {
        String name = environment.getOrDefault(VARIABLE, "");
        if (name.isEmpty()) {
            return Optional.empty();
        }
        byte[] path = name.getBytes(UTF_8);
        if ((path[0] != '/' && path[0] != '@') || path.length < 2 || path.length >= PATH_LIMIT) {
            LOG.log(System.Logger.Level.WARNING, "systemd is told nothing: {0}={1} is no socket", VARIABLE, name);
            return Optional.empty();
        }
        try {
            return Optional.of(new NotifySocket(address(path)));
        } catch (UnsatisfiedLinkError e) {
            LOG.log(System.Logger.Level.WARNING, "systemd is told nothing: {0}", e.getMessage());
            return Optional.empty();
        }
    }

    private static byte[] address(byte[] path) {
        boolean isAbstract = path[0] == '@';
        ByteBuffer address = ByteBuffer.allocate(Short.BYTES + path.length + (isAbstract ? 0 : 1))
                .order(ByteOrder.nativeOrder())
                .putShort((short) AF_UNIX)
                .put(path);
        if (isAbstract) {
            address.put(Short.BYTES, (byte) 0);
        }
        return address.array();
    }

    /** Sends assignments such as {@code READY=1}, together in one message. */
    synchronized void send(String... assignments) {
        byte[] message = String.join("\n", assignments).getBytes(UTF_8);
        long sent = sendto.invokeLong(new Object[] {
            descriptor, message, (long) message.length, MSG_DONTWAIT | MSG_NOSIGNAL, address, address.length
        });
        if (sent < 0 && !failed) {
            LOG.log(System.Logger.Level.WARNING, "systemd does not take {0}", assignments[0]);
        }
        failed = sent < 0;
    }
}
