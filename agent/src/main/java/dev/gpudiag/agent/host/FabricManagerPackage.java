package dev.gpudiag.agent.host;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The version of the fabric manager that dpkg has installed; RPM's database is not read. */
final class FabricManagerPackage {

    private static final String STATUS = "/var/lib/dpkg/status";
    private static final int LIMIT = 32 * 1024 * 1024;
    private static final Pattern PACKAGE = Pattern.compile("(?m)^Package: nvidia-fabricmanager(?:-\\d{3,4})?$");
    private static final Pattern VERSION =
            Pattern.compile("(?m)^Version: (?:\\d+:)?(\\d{3,4}\\.\\d{1,4}(?:\\.\\d{1,4})?)");

    private FabricManagerPackage() {}

    /** Driver's form, without the package's own revision: 550.54.15. */
    static Reading<String> version(HostRoot root) {
        String status;
        try {
            status = new String(root.bytes(STATUS, LIMIT), UTF_8);
        } catch (IOException e) {
            return HostRoot.missing(STATUS, e);
        }
        Matcher found = PACKAGE.matcher(status);
        while (found.find()) {
            int end = status.indexOf("\n\n", found.end());
            String entry = status.substring(found.start(), end < 0 ? status.length() : end);
            Matcher version = VERSION.matcher(entry);
            if (entry.contains("\nStatus: install ok installed") && version.find()) {
                return Reading.of(version.group(1), STATUS);
            }
        }
        return Reading.missing(Reason.NOT_SUPPORTED, STATUS, "dpkg has no fabric manager");
    }
}
