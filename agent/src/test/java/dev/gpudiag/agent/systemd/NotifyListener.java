package dev.gpudiag.agent.systemd;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** A datagram Unix socket that is listened to, as systemd does. */
final class NotifyListener implements AutoCloseable {

    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;

    private final NativeLibrary process = NativeLibrary.getProcess();
    private final int descriptor = call("socket", AF_UNIX, SOCK_DGRAM, 0);

    /** @param name a path, or @ and an abstract name */
    NotifyListener(String name) {
        byte[] path = name.getBytes(UTF_8);
        ByteBuffer address = ByteBuffer.allocate(2 + path.length + (path[0] == '@' ? 0 : 1))
                .order(ByteOrder.nativeOrder())
                .putShort((short) AF_UNIX)
                .put(path);
        if (path[0] == '@') {
            address.put(2, (byte) 0);
        }
        if (call("bind", descriptor, address.array(), address.capacity()) != 0) {
            throw new IllegalStateException("cannot bind " + name);
        }
    }

    /** The next message; empty where none comes within a time. */
    Optional<String> next(int millis) {
        byte[] limit = ByteBuffer.allocate(16)
                .order(ByteOrder.nativeOrder())
                .putLong(millis / 1000)
                .putLong(millis % 1000 * 1000L)
                .array();
        call("setsockopt", descriptor, SOL_SOCKET, SO_RCVTIMEO, limit, limit.length);
        byte[] buffer = new byte[4096];
        int length = call("recv", descriptor, buffer, (long) buffer.length, 0);
        return length < 0 ? Optional.empty() : Optional.of(new String(buffer, 0, length, UTF_8));
    }

    private int call(String name, Object... arguments) {
        Function function = process.getFunction(name);
        return function.invokeInt(arguments);
    }

    @Override
    public void close() {
        call("close", descriptor);
    }
}
