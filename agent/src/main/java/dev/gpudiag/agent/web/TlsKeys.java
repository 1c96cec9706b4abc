package dev.gpudiag.agent.web;

import dev.gpudiag.agent.web.WebConfig.Tls;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Makes Java's TLS of the files that a configuration names. */
final class TlsKeys {

    private static final char[] NO_PASSWORD = {};

    private TlsKeys() {}

    /**
     * Keys and whom to trust.
     *
     * @throws IOException in words where a file cannot be used, or the key is another certificate's
     */
    static SSLContext context(Tls tls) throws IOException {
        List<X509Certificate> chain = PemFile.certificates(tls.certificate());
        PrivateKey key = PemFile.key(tls.key());
        X509Certificate own = chain.getFirst();
        if (own.getNotAfter().toInstant().isBefore(Instant.now())) {
            throw new IOException(
                    tls.certificate() + " has expired on " + own.getNotAfter().toInstant());
        }
        try {
            if (!belongTogether(key, own.getPublicKey())) {
                throw new IOException(tls.key() + " is not the key of " + tls.certificate());
            }
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, NO_PASSWORD);
            keys.setKeyEntry("gpudiag", key, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(keys, NO_PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(factory.getKeyManagers(), trust(tls), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(tls.certificate() + ": " + e.getMessage(), e);
        }
    }

    private static boolean belongTogether(PrivateKey key, PublicKey publicKey) throws GeneralSecurityException {
        String algorithm = switch (publicKey.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> publicKey.getAlgorithm();
        };
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update((byte) 1);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update((byte) 1);
            return signature.verify(signed);
        } catch (InvalidKeyException | SignatureException e) {
            return false;
        }
    }

    private static TrustManager[] trust(Tls tls) throws IOException, GeneralSecurityException {
        if (!tls.clientAuth().isVerified()) {
            return new TrustManager[] {new AnyClient()};
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        int number = 0;
        for (X509Certificate authority : PemFile.certificates(tls.clientCa().orElseThrow())) {
            store.setCertificateEntry("ca" + number++, authority);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return CheckedClients.among(tls.allowedNames(), factory.getTrustManagers());
    }
}
