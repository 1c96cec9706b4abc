package dev.gpudiag.agent.cli;

import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An address to listen on: {@code 127.0.0.1:9836}, {@code [::1]:9836}, {@code localhost:9836}, {@code :9836}. */
public final class ListenAddress {

    private static final Pattern FORM = Pattern.compile("(\\[[0-9a-fA-F:.%]+]|[^\\[\\]:]*):(\\d{1,5})");
    private static final int HIGHEST_PORT = 65535;

    private ListenAddress() {}

    /** The address, unresolved; an empty host is every address, port 0 any free one. */
    public static InetSocketAddress parse(String text) throws UsageException {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > HIGHEST_PORT) {
            throw new UsageException("not an address to listen on: '" + text + "'; write HOST:PORT");
        }
        String host = matcher.group(1).replaceAll("[\\[\\]]", "");
        return InetSocketAddress.createUnresolved(
                host.isEmpty() ? "0.0.0.0" : host, Integer.parseInt(matcher.group(2)));
    }
}
