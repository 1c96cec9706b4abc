package dev.gpudiag.agent.web;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a web configuration file says.
 *
 * @param tls empty for plain HTTP
 * @param headers of every answer
 * @param users bcrypt hashes by name; nobody is asked for a password where there is none
 */
record WebConfig(Optional<Tls> tls, Map<String, String> headers, Map<String, String> users) {

    WebConfig {
        headers = Map.copyOf(headers);
        users = Map.copyOf(users);
    }

    /** What a client's certificate is for. */
    enum ClientAuth {
        NO_CLIENT_CERT("NoClientCert", false, false),
        REQUEST_CLIENT_CERT("RequestClientCert", false, false),
        REQUIRE_ANY_CLIENT_CERT("RequireAnyClientCert", true, false),
        VERIFY_CLIENT_CERT_IF_GIVEN("VerifyClientCertIfGiven", false, true),
        REQUIRE_AND_VERIFY_CLIENT_CERT("RequireAndVerifyClientCert", true, true);

        private final String word;
        private final boolean required;
        private final boolean verified;

        ClientAuth(String word, boolean required, boolean verified) {
            this.word = word;
            this.required = required;
            this.verified = verified;
        }

        String word() {
            return word;
        }

        boolean isRequired() {
            return required;
        }

        boolean isVerified() {
            return verified;
        }
    }

    /**
     * TLS.
     *
     * @param cipherSuites empty: what Java has on
     * @param curves empty: what Java has on
     * @param allowedNames subject alternative names of which a client's certificate has one; empty: any
     */
    record Tls(
            Path certificate,
            Path key,
            ClientAuth clientAuth,
            Optional<Path> clientCa,
            List<String> allowedNames,
            List<String> protocols,
            List<String> cipherSuites,
            List<String> curves,
            boolean serverOrder) {
        Tls {
            allowedNames = List.copyOf(allowedNames);
            protocols = List.copyOf(protocols);
            cipherSuites = List.copyOf(cipherSuites);
            curves = List.copyOf(curves);
        }
    }
}
