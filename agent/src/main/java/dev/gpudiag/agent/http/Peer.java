package dev.gpudiag.agent.http;

import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;

/**
 * Who is at the other end of the agent's socket, as the kernel says; it cannot be made up.
 *
 * @param group its primary group
 */
public record Peer(UserPrincipal user, GroupPrincipal group) {

    /** Empty for a request that came over the network. */
    static Optional<Peer> of(ServletRequest request) {
        Object transport = ServletContextRequest.getServletContextRequest(request)
                .getConnectionMetaData()
                .getConnection()
                .getEndPoint()
                .getTransport();
        if (!(transport instanceof SocketChannel channel)
                || !channel.supportedOptions().contains(ExtendedSocketOptions.SO_PEERCRED)) {
            return Optional.empty();
        }
        try {
            UnixDomainPrincipal principal = channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
            return Optional.of(new Peer(principal.user(), principal.group()));
        } catch (IOException e) {
            throw new UncheckedIOException("the peer has gone", e);
        }
    }
}
