package dev.gpudiag.agent.web;

import dev.gpudiag.agent.config.ConfigurationException;
import dev.gpudiag.agent.http.WebAccess;
import dev.gpudiag.agent.http.WebSecurity;
import dev.gpudiag.agent.web.WebConfig.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * A web configuration file in force: read at the start, and again when it or a file that it names has changed.
 *
 * <p>What is broken then is told once, and the old goes on; a server that speaks TLS never falls back to plain HTTP while it
 * runs, nor the other way round.
 */
public final class WebConfigFile implements WebSecurity {

    private static final System.Logger LOG = System.getLogger("gpudiag");

    private final Path file;
    private final Consumer<Boolean> reloaded;
    private final Optional<Server> tls;
    private volatile WebConfig config;
    private volatile BasicAuth access;
    private volatile Optional<String> problem = Optional.empty();
    private List<String> fingerprint;

    /** TLS as the configuration wants it. */
    private static final class Server extends SslContextFactory.Server {
        private volatile List<String> curves = List.of();

        void use(Tls tls, SSLContext context) {
            setSslContext(context);
            setNeedClientAuth(tls.clientAuth().isRequired());
            setWantClientAuth(
                    !tls.clientAuth().isRequired() && tls.clientAuth() != WebConfig.ClientAuth.NO_CLIENT_CERT);
            setExcludeProtocols();
            setIncludeProtocols(tls.protocols().toArray(String[]::new));
            if (!tls.cipherSuites().isEmpty()) {
                setIncludeCipherSuites(tls.cipherSuites().toArray(String[]::new));
            }
            setUseCipherSuitesOrder(tls.serverOrder());
            setSniRequired(false);
            curves = tls.curves();
        }

        @Override
        public SSLParameters customize(SSLParameters parameters) {
            SSLParameters customized = super.customize(parameters);
            if (!curves.isEmpty()) {
                customized.setNamedGroups(curves.toArray(String[]::new));
            }
            return customized;
        }
    }

    private WebConfigFile(Path file, WebConfig config, Optional<SSLContext> keys, Consumer<Boolean> reloaded) {
        this.file = file;
        this.config = config;
        this.reloaded = reloaded;
        this.access = access(config);
        this.tls = keys.map(context -> {
            Server server = new Server();
            server.use(config.tls().orElseThrow(), context);
            return server;
        });
        this.fingerprint = fingerprint(file, config);
    }

    /**
     * Reads a file.
     *
     * @param reloaded told how each later reading went
     * @throws ConfigurationException with everything that is wrong in it or in the files that it names
     */
    public static WebConfigFile open(Path file, Consumer<Boolean> reloaded) {
        WebConfig config = WebConfigReader.read(file);
        return new WebConfigFile(file, config, keys(file, config), reloaded);
    }

    private static Optional<SSLContext> keys(Path file, WebConfig config) {
        try {
            return config.tls().isEmpty()
                    ? Optional.empty()
                    : Optional.of(TlsKeys.context(config.tls().get()));
        } catch (IOException e) {
            throw new ConfigurationException(List.of(file.getFileName() + ": " + e.getMessage()));
        }
    }

    private static BasicAuth access(WebConfig config) {
        return new BasicAuth(
                config.headers(), config.users().isEmpty(), new PasswordCheck(config.users(), System::nanoTime));
    }

    @Override
    public Optional<ConnectionFactory> tls() {
        return tls.map(server -> new SslConnectionFactory(server, "http/1.1"));
    }

    @Override
    public WebAccess access() {
        return new WebAccess() {
            @Override
            public Map<String, String> headers() {
                return access.headers();
            }

            @Override
            public Optional<Refusal> check(Request request) {
                return access.check(request);
            }
        };
    }

    /** Whether nobody is asked who they are. */
    public boolean isOpen() {
        return config.users().isEmpty()
                && config.tls()
                        .filter(secured -> secured.clientAuth().isVerified()
                                && secured.clientAuth().isRequired())
                        .isEmpty();
    }

    /** What is wrong with the files as they are now, and why the old go on; empty while they are in force. */
    public Optional<String> problem() {
        return problem;
    }

    @Override
    public synchronized void reloadWhereChanged() {
        List<String> now = fingerprint(file, config);
        if (now.equals(fingerprint)) {
            return;
        }
        fingerprint = now;
        try {
            reload();
            problem = Optional.empty();
            reloaded.accept(true);
            LOG.log(System.Logger.Level.INFO, "the web configuration {0} was read again", file);
        } catch (ConfigurationException e) {
            problem = Optional.of("web configuration: " + e.getMessage().replace("\n", "; ") + "; the old goes on");
            reloaded.accept(false);
            LOG.log(System.Logger.Level.WARNING, "{0}", problem.get());
        }
    }

    private void reload() {
        WebConfig read = WebConfigReader.read(file);
        Optional<SSLContext> keys = keys(file, read);
        if (keys.isPresent() != tls.isPresent()) {
            throw new ConfigurationException(
                    List.of(file.getFileName() + ": TLS is turned on or off by a restart alone"));
        }
        if (tls.isPresent()) {
            try {
                tls.get().reload(server -> ((Server) server).use(read.tls().orElseThrow(), keys.orElseThrow()));
            } catch (Exception e) {
                throw new ConfigurationException(List.of(file.getFileName() + ": " + e.getMessage()));
            }
        }
        if (!read.users().equals(config.users()) || !read.headers().equals(config.headers())) {
            access = access(read);
        }
        config = read;
        fingerprint = fingerprint(file, read);
    }

    /** Times and sizes of all files, through symbolic links: those that Kubernetes exchanges are seen. */
    private static List<String> fingerprint(Path file, WebConfig config) {
        List<Path> files = new ArrayList<>(List.of(file));
        config.tls().ifPresent(named -> {
            files.add(named.certificate());
            files.add(named.key());
            named.clientCa().ifPresent(files::add);
        });
        List<String> seen = new ArrayList<>();
        for (Path one : files) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(one, BasicFileAttributes.class);
                seen.add(one + " " + attributes.lastModifiedTime() + " " + attributes.size() + " "
                        + attributes.fileKey());
            } catch (IOException e) {
                seen.add(one + " missing");
            }
        }
        return List.copyOf(seen);
    }
}
