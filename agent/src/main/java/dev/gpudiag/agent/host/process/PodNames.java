package dev.gpudiag.agent.host.process;

import dev.gpudiag.agent.host.HostRoot;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of pods and containers from the names of the kubelet's log directories: no API, no token.
 *
 * <p>{@code /var/log/pods} has {@code NAMESPACE_POD_UID} with a directory per container, {@code /var/log/containers} a link
 * {@code POD_NAMESPACE_CONTAINER-ID.log} per container. No Kubernetes name holds an underscore.
 */
final class PodNames {

    private static final String PODS = "/var/log/pods";
    private static final String CONTAINERS = "/var/log/containers";
    private static final String NAME = "([a-z0-9][a-z0-9.-]{0,252})";

    private static final Pattern POD = Pattern.compile(NAME + "_" + NAME + "_([0-9a-f-]{32,36})");
    private static final Pattern CONTAINER = Pattern.compile(NAME + "_" + NAME + "_" + NAME + "-([0-9a-f]{64})\\.log");

    private final HostRoot root;
    private final Map<String, PodName> byUid = new HashMap<>();
    private final Map<String, ContainerName> byContainer = new HashMap<>();
    private Optional<IOException> refusal = Optional.empty();

    /** A pod and the directory of its logs. */
    record PodName(String namespace, String pod, String directory) {}

    /** A container in a pod. */
    record ContainerName(String namespace, String pod, String container) {}

    PodNames(HostRoot root) {
        this.root = root;
        try {
            for (String name : root.names(PODS, name -> POD.matcher(name).matches())) {
                Matcher pod = POD.matcher(name);
                if (pod.matches()) {
                    byUid.put(pod.group(3), new PodName(pod.group(1), pod.group(2), PODS + "/" + name));
                }
            }
            for (String name :
                    root.names(CONTAINERS, name -> CONTAINER.matcher(name).matches())) {
                Matcher container = CONTAINER.matcher(name);
                if (container.matches()) {
                    byContainer.put(
                            container.group(4),
                            new ContainerName(container.group(2), container.group(1), container.group(3)));
                }
            }
        } catch (IOException e) {
            refusal = Optional.of(e);
        }
    }

    /** The pod and container of a container id. */
    Optional<ContainerName> container(String id) {
        return Optional.ofNullable(byContainer.get(id));
    }

    /** The pod with this uid, or hash where it is a static one. */
    Optional<PodName> pod(String uid) {
        return Optional.ofNullable(byUid.get(uid));
    }

    /** The name of a pod's container where it has logs of no other. */
    Optional<String> onlyContainer(PodName pod) {
        try {
            List<String> names = root.names(pod.directory(), name -> true);
            return names.size() == 1 ? Optional.of(names.getFirst()) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // its name is all that is missing
        }
    }

    /** Why the names, or some of them, could not be read. */
    Optional<IOException> refusal() {
        return refusal;
    }
}
