package dev.gpudiag.agent.host;

import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.io.IOException;
import java.util.regex.Pattern;

/** Looks for the fabric manager among the host's processes, whoever started it: systemd, a driver container, a person. */
final class FabricManager {

    private static final String PROCESSES = "/proc";
    private static final Pattern PID = Pattern.compile("\\d{1,10}");

    /** The kernel keeps fifteen letters of nv-fabricmanager. */
    private static final String COMM = "nv-fabricmanage";

    private FabricManager() {}

    /** @param inContainer whether these are the processes of a container, which do not tell of the host's */
    static Reading<Boolean> read(HostRoot root, boolean inContainer) {
        try {
            for (String pid : root.names(PROCESSES, name -> PID.matcher(name).matches())) {
                String comm = PROCESSES + "/" + pid + "/comm";
                if (root.readLine(comm).value().filter(COMM::equals).isPresent()) {
                    return Reading.of(true, comm);
                }
            }
        } catch (IOException e) {
            return HostRoot.missing(PROCESSES, e);
        }
        return inContainer
                ? Reading.missing(
                        Reason.NOT_SUPPORTED, PROCESSES, "processes of the host are not seen from a container")
                : Reading.of(false, PROCESSES + " (no process is called " + COMM + ")");
    }
}
