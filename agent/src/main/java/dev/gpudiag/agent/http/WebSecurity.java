package dev.gpudiag.agent.http;

import java.util.Optional;
import org.eclipse.jetty.server.ConnectionFactory;

/** How the network side of the agent is protected, as {@code --web.config.file} says. */
public interface WebSecurity {

    /** TLS before HTTP/1.1; empty where it is not configured. */
    Optional<ConnectionFactory> tls();

    /** Who may ask. */
    WebAccess access();

    /** Takes over what has changed on disk; what cannot be used is told, and the old goes on. Called every second. */
    void reloadWhereChanged();
}
