package dev.gpudiag.agent.web;

import dev.gpudiag.agent.http.WebAccess;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/** Users with passwords, as {@code basic_auth_users} names them; every path wants one. */
record BasicAuth(Map<String, String> headers, boolean open, PasswordCheck passwords) implements WebAccess {

    private static final String SCHEME = "basic ";
    private static final int MOST_CHARACTERS = 1024;

    @Override
    public Optional<Refusal> check(Request request) {
        if (open) {
            return Optional.empty();
        }
        String header = request.getHeaders().get(HttpHeader.AUTHORIZATION);
        if (header == null
                || header.length() > MOST_CHARACTERS
                || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.of(new Refusal(401, "a user and a password are wanted"));
        }
        String pair;
        try {
            byte[] decoded =
                    Base64.getDecoder().decode(header.substring(SCHEME.length()).strip());
            pair = new String(decoded, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return Optional.of(new Refusal(401, "a user and a password are wanted"));
        }
        int colon = pair.indexOf(':');
        if (colon < 0) {
            return Optional.of(new Refusal(401, "a user and a password are wanted"));
        }
        return switch (passwords.check(pair.substring(0, colon), pair.substring(colon + 1))) {
            case RIGHT -> Optional.empty();
            case WRONG -> Optional.of(new Refusal(401, "no such user with that password"));
            case TOO_MANY -> Optional.of(new Refusal(429, "too many wrong passwords; wait a few seconds"));
        };
    }
}
