package dev.gpudiag.agent.client;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One HTTP/1.0 request over a channel: the answer ends with the connection, so that there is nothing to parse but its head.
 *
 * <p>Never blocks past its deadline, whatever the other side does; reads no more than the limit.
 */
final class ChannelExchange {

    private static final int MOST_HEAD_BYTES = 16 * 1024;

    private final SocketAddress address;
    private final int limit;
    private final long deadline;

    /**
     * @param limit bytes of a body
     * @param timeout for connecting and the whole answer
     */
    ChannelExchange(SocketAddress address, int limit, Duration timeout) {
        this.address = address;
        this.limit = limit;
        this.deadline = System.nanoTime() + timeout.toNanos();
    }

    RawAnswer run(String method, String path, byte[] body) throws IOException {
        try (Selector selector = Selector.open();
                SocketChannel channel = address instanceof UnixDomainSocketAddress
                        ? SocketChannel.open(StandardProtocolFamily.UNIX)
                        : SocketChannel.open()) {
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, 0);
            if (!channel.connect(address)) {
                do {
                    await(selector, key, SelectionKey.OP_CONNECT);
                } while (!channel.finishConnect());
            }
            write(selector, key, channel, request(method, path, body));
            return parse(read(selector, key, channel));
        }
    }

    private static byte[] request(String method, String path, byte[] body) {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes((method + " " + path + " HTTP/1.0\r\nHost: localhost\r\nAccept: application/json\r\n"
                        + (body.length == 0 ? "" : "Content-Type: application/json\r\n")
                        + (method.equals("GET") ? "" : "Content-Length: " + body.length + "\r\n") + "\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        request.writeBytes(body);
        return request.toByteArray();
    }

    private void write(Selector selector, SelectionKey key, SocketChannel channel, byte[] request) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(request);
        while (out.hasRemaining()) {
            if (channel.write(out) == 0) {
                await(selector, key, SelectionKey.OP_WRITE);
            }
        }
    }

    private byte[] read(Selector selector, SelectionKey key, SocketChannel channel) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        ByteBuffer in = ByteBuffer.allocate(16 * 1024);
        int got;
        while ((got = channel.read(in.clear())) >= 0) {
            if (got == 0) {
                await(selector, key, SelectionKey.OP_READ);
            }
            answer.write(in.array(), 0, got);
            if (answer.size() > limit + MOST_HEAD_BYTES) {
                throw new IOException("the answer is longer than " + limit + " bytes");
            }
        }
        return answer.toByteArray();
    }

    private void await(Selector selector, SelectionKey key, int operation) throws IOException {
        key.interestOps(operation);
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
            throw new SocketTimeoutException();
        }
        selector.select(left);
        selector.selectedKeys().clear();
    }

    private RawAnswer parse(byte[] answer) throws IOException {
        String text = new String(answer, 0, Math.min(answer.length, MOST_HEAD_BYTES), StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            throw answer.length == 0
                    ? new EOFException("the connection ended without an answer")
                    : new NotHttpException();
        }
        String[] lines = text.substring(0, end).split("\r\n", -1);
        String[] first = lines[0].split(" ", 3);
        if (first.length < 2 || !first[0].startsWith("HTTP/1.") || !first[1].matches("[1-5][0-9][0-9]")) {
            throw new NotHttpException();
        }
        Map<String, String> headers = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                headers.put(
                        lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                        lines[i].substring(colon + 1).strip());
            }
        }
        byte[] body = Arrays.copyOfRange(answer, end + 4, answer.length);
        String length = headers.get("content-length");
        if (length != null && !length.equals(String.valueOf(body.length))) {
            throw new EOFException("the answer broke off");
        }
        return new RawAnswer(Integer.parseInt(first[1]), headers, body);
    }

    /** What answers does not speak HTTP. */
    static final class NotHttpException extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
