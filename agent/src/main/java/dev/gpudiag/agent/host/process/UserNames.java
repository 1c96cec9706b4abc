package dev.gpudiag.agent.host.process;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.telemetry.Reading;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of the host's users, from {@code /etc/passwd}; users of a directory service keep their number. */
final class UserNames {

    private static final String PASSWD = "/etc/passwd";
    private static final int LIMIT = 1024 * 1024;
    private static final Pattern UID = Pattern.compile("^Uid:\\s+(\\d{1,10})\\s", Pattern.MULTILINE);

    private final Map<String, String> names = new HashMap<>();

    UserNames(HostRoot root) {
        try {
            String text = new String(root.bytes(PASSWD, LIMIT), StandardCharsets.UTF_8);
            text.lines()
                    .map(line -> line.split(":", 4))
                    .filter(fields -> fields.length == 4)
                    .forEach(fields -> names.putIfAbsent(fields[2], fields[0]));
        } catch (IOException e) {
            names.clear(); // numbers do as well
        }
    }

    /** The owner that a {@code /proc/PID/status} names: its real user. */
    Reading<String> owner(ProcessDirectory process) {
        try {
            Matcher uid = UID.matcher(process.text("status", 4096));
            return uid.find()
                    ? Reading.of(names.getOrDefault(uid.group(1), uid.group(1)), process.path("status"))
                    : Reading.missing(Reading.Reason.FAILED, process.path("status"), "names no user");
        } catch (IOException e) {
            return process.missing("status", e);
        }
    }
}
