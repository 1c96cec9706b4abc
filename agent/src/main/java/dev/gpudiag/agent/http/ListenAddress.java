package dev.gpudiag.agent.http;

/**
 * Where to listen: {@code HOST:PORT}, {@code :PORT} for every address, {@code [::1]:PORT}.
 *
 * @param host empty for every address
 * @param port 0 to 65535; 0 takes a free one
 */
public record ListenAddress(String host, int port) {

    /** Loopback, on the port of gpudiag. */
    public static final ListenAddress DEFAULT = new ListenAddress("127.0.0.1", 9836);

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException with a sentence for anything else
     */
    public static ListenAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (colon < 0 || (host.contains(":") && !bracketed)) {
            throw new IllegalArgumentException("'" + text + "' is not HOST:PORT, such as 127.0.0.1:9836");
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (port >= 0 && port <= 65535) {
                return new ListenAddress(bracketed ? host.substring(1, host.length() - 1) : host, port);
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text.substring(colon + 1) + "' is not a port", e);
        }
        throw new IllegalArgumentException("port " + text.substring(colon + 1) + " is outside 0 to 65535");
    }

    /** Whether only this machine can reach it, as far as the name tells. */
    public boolean isLoopback() {
        return host.equals("localhost") || host.equals("::1") || host.startsWith("127.");
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
