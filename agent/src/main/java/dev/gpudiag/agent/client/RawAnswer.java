package dev.gpudiag.agent.client;

import java.util.Locale;
import java.util.Map;

/**
 * An HTTP response.
 *
 * @param headers by lower-case name
 */
@SuppressWarnings("ArrayRecordComponent") // it is parsed at once and compared with nothing
record RawAnswer(int status, Map<String, String> headers, byte[] body) {

    String header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }
}
