package dev.gpudiag.agent.client;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** Where an agent is asked. */
public sealed interface AgentAddress {

    /** The agent of this machine, by its Unix socket. */
    record Socket(Path path) implements AgentAddress {
        @Override
        public String toString() {
            return path.toString();
        }
    }

    /** The agent of this machine, by its port on loopback. */
    record Loopback(InetSocketAddress address) implements AgentAddress {
        @Override
        public String toString() {
            return "http://" + address.getHostString() + ":" + address.getPort();
        }
    }

    /**
     * An agent anywhere.
     *
     * @param base {@code http://host:port} or {@code https://host:port}, with a path where a proxy wants one; a user and
     *     password in it are sent as basic authentication and never shown
     */
    record Url(URI base) implements AgentAddress {
        @Override
        public String toString() {
            return base.getScheme() + "://" + base.getHost() + (base.getPort() < 0 ? "" : ":" + base.getPort())
                    + base.getPath();
        }
    }

    /**
     * Reads the value of {@code --host}; without a scheme it is http, without a port 9836.
     *
     * @throws IllegalArgumentException with a sentence
     */
    static Url parse(String text) {
        String whole = text.contains("://") ? text : "http://" + text;
        try {
            URI uri = new URI(whole);
            if (!"http".equals(uri.getScheme()) && !"https".equals(uri.getScheme())) {
                throw new IllegalArgumentException("an agent is asked over http or https, not " + uri.getScheme());
            }
            if (uri.getHost() == null
                    || uri.getRawAuthority().endsWith(":")
                    || uri.getQuery() != null
                    || uri.getFragment() != null) {
                throw new IllegalArgumentException("not http://HOST:PORT or https://HOST:PORT");
            }
            String path = uri.getPath() == null ? "" : uri.getPath().replaceFirst("/+$", "");
            int port = uri.getPort() < 0 && !text.contains("://") ? 9836 : uri.getPort();
            return new Url(new URI(uri.getScheme(), uri.getUserInfo(), uri.getHost(), port, path, null, null));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not http://HOST:PORT or https://HOST:PORT", e);
        }
    }
}
