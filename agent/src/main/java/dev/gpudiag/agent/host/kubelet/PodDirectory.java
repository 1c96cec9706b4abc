package dev.gpudiag.agent.host.kubelet;

import dev.gpudiag.agent.host.HostRoot;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of pods by their uid, from the log directories, and which of them have a control group: the kubelet removes that of
 * a pod that has ended, while its devices stay in the checkpoint until the next pod with devices comes.
 */
final class PodDirectory {

    private static final String LOGS = "/var/log/pods";
    private static final String CGROUPS = "/sys/fs/cgroup";
    private static final Pattern LOG =
            Pattern.compile("([a-z0-9][a-z0-9.-]{0,252})_([a-z0-9][a-z0-9.-]{0,252})_([0-9a-f-]{32,36})");
    private static final Pattern GROUP = Pattern.compile(".*pod([0-9a-f]{8}[0-9a-f_-]{24,28})(?:\\.slice)?");

    /** Where kubelets keep their pods, by driver of control groups; v1 has a tree for each controller. */
    private static final List<String> PARENTS =
            List.of("kubepods.slice", "kubepods", "kubelet.slice/kubelet-kubepods.slice", "kubelet/kubepods");

    private static final List<String> CONTROLLERS = List.of("", "memory/", "cpu/", "pids/", "devices/");

    private final Map<String, String> names = new HashMap<>();
    private final Set<String> running = new HashSet<>();
    private boolean groupsKnown;

    PodDirectory(HostRoot root) {
        for (String entry : entries(root, LOGS)) {
            Matcher log = LOG.matcher(entry);
            if (log.matches()) {
                names.put(log.group(3), log.group(1) + "/" + log.group(2));
            }
        }
        for (String controller : CONTROLLERS) {
            for (String parent : PARENTS) {
                readGroups(root, CGROUPS + "/" + controller + parent);
            }
        }
    }

    private void readGroups(HostRoot root, String parent) {
        if (!root.isDirectory(parent)) {
            return;
        }
        groupsKnown = true;
        for (String entry : entries(root, parent)) {
            addGroup(entry);
            if (entry.contains("burstable") || entry.contains("besteffort")) {
                entries(root, parent + "/" + entry).forEach(this::addGroup);
            }
        }
    }

    private void addGroup(String entry) {
        Matcher group = GROUP.matcher(entry);
        if (group.matches()) {
            running.add(group.group(1).replace('_', '-').toLowerCase(Locale.ROOT));
        }
    }

    private static List<String> entries(HostRoot root, String directory) {
        try {
            return root.names(directory, name -> true);
        } catch (IOException e) {
            return List.of(); // a name that is not known is all that is lost
        }
    }

    /** {@code namespace/name}. */
    Optional<String> name(String uid) {
        return Optional.ofNullable(names.get(uid));
    }

    /** Whether the pod has a control group; empty where no control groups of pods are seen. */
    Optional<Boolean> isRunning(String uid) {
        return groupsKnown ? Optional.of(running.contains(uid)) : Optional.empty();
    }
}
