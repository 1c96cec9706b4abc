package dev.gpudiag.agent.web;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts as another does, and only clients whose certificate is good now and has one of some names, where there are any.
 *
 * <p>Java itself does not look at the dates of a certificate that is an authority too.
 */
final class CheckedClients extends X509ExtendedTrustManager {

    private final List<String> names;
    private final X509ExtendedTrustManager verifier;

    private CheckedClients(List<String> names, X509ExtendedTrustManager verifier) {
        this.names = names;
        this.verifier = verifier;
    }

    static TrustManager[] among(List<String> names, TrustManager[] verifiers) {
        return Stream.of(verifiers)
                .map(verifier ->
                        verifier instanceof X509ExtendedTrustManager x509 ? new CheckedClients(names, x509) : verifier)
                .toArray(TrustManager[]::new);
    }

    private void checkOwn(X509Certificate[] chain) throws CertificateException {
        chain[0].checkValidity();
        if (names.isEmpty()) {
            return;
        }
        Collection<List<?>> alternatives =
                Optional.ofNullable(chain[0].getSubjectAlternativeNames()).orElse(List.of());
        if (alternatives.stream().noneMatch(name -> names.contains(String.valueOf(name.get(1))))) {
            throw new CertificateException("none of its names is among client_allowed_sans");
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        verifier.checkClientTrusted(chain, authType);
        checkOwn(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        verifier.checkClientTrusted(chain, authType, socket);
        checkOwn(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        verifier.checkClientTrusted(chain, authType, engine);
        checkOwn(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        verifier.checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        verifier.checkServerTrusted(chain, authType, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        verifier.checkServerTrusted(chain, authType, engine);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return verifier.getAcceptedIssuers();
    }
}
