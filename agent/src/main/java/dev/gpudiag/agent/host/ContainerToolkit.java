package dev.gpudiag.agent.host;

import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is wrong in /etc/nvidia-container-runtime/config.toml: the one path without which no container starts. */
final class ContainerToolkit {

    static final String CONFIGURATION = "/etc/nvidia-container-runtime/config.toml";

    /** {@code ldconfig = "@/sbin/ldconfig.real"}: with @ it is a path of the host, without it one of the container. */
    private static final Pattern LDCONFIG =
            Pattern.compile("(?m)^[ \\t]*ldconfig[ \\t]*=[ \\t]*\"@(/[\\w./-]{1,200})\"");

    private ContainerToolkit() {}

    /** The host's ldconfig that the toolkit would run and that is not there; empty for none. */
    static Reading<String> missingLdconfig(HostRoot root) {
        Reading<String> text = root.read(CONFIGURATION);
        if (!text.isPresent()) {
            return text.reason().filter(Reason.NOT_SUPPORTED::equals).isPresent()
                    ? Reading.missing(Reason.NOT_SUPPORTED, CONFIGURATION, "no container toolkit")
                    : text;
        }
        Matcher matcher = LDCONFIG.matcher(text.value().orElseThrow());
        boolean missing = matcher.find() && !root.exists(matcher.group(1));
        return Reading.of(missing ? matcher.group(1) : "", CONFIGURATION);
    }
}
