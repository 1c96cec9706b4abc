package dev.gpudiag.agent.host.process;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the control groups of a process ({@code /proc/PID/cgroup}) say of the container, pod, job or unit that it is in.
 *
 * <p>Reads versions 1 and 2 and both of the kubelet's drivers, systemd's and cgroupfs. Paths are those of the host: in a
 * private cgroup namespace they begin with {@code /..} and say nothing.
 *
 * @param containerId 64 hexadecimal digits, or the name of an LXC container or ECS task
 * @param runtime docker, containerd, cri-o, podman, lxc, ecs; empty where the path does not tell
 * @param podUid uid of a Kubernetes pod with dashes, or the 32 digits of a static pod
 * @param slurmJob job number
 * @param systemdUnit innermost service or scope of a process that is in no container
 */
public record CgroupMembership(
        Optional<String> containerId,
        Optional<String> runtime,
        Optional<String> podUid,
        Optional<String> slurmJob,
        Optional<String> systemdUnit) {

    private static final int LINE_LIMIT = 64;
    private static final int PATH_LIMIT = 4096;

    private static final Pattern CONTAINER =
            Pattern.compile("(?:^|[/:])(?:([a-z][a-z-]{1,20})-)?([0-9a-f]{64})(?:\\.scope)?(?=/|$)");
    private static final Pattern POD = Pattern.compile(
            "[/-]pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\\.slice)?(?=/|$)");
    private static final Pattern LXC = Pattern.compile("/lxc(?:\\.payload)?[./]([A-Za-z0-9_.-]{1,64})(?=/|$)");
    private static final Pattern ECS = Pattern.compile("/ecs/(?:[^/]{1,64}/)?([0-9a-f]{32}-\\d{1,12})(?=/|$)");
    private static final Pattern SLURM =
            Pattern.compile("/(?:slurm[^/]{0,64}|system\\.slice)/(?:[^/]{1,64}/)*?job_(\\d{1,12})(?=/|$)");
    private static final Pattern UNIT = Pattern.compile("/([A-Za-z0-9:_.@\\\\-]{1,128}\\.(?:service|scope))(?=/|$)");

    /** What the text of a {@code cgroup} file says; nothing for a text that is none. */
    public static CgroupMembership parse(String text) {
        List<String> paths = text.lines()
                .limit(LINE_LIMIT)
                .map(CgroupMembership::path)
                .flatMap(Optional::stream)
                .distinct()
                .toList();
        Optional<Container> container = first(paths, CgroupMembership::container);
        Optional<String> job = first(paths, path -> group(SLURM, path));
        return new CgroupMembership(
                container.map(Container::id),
                container.flatMap(Container::runtime),
                first(paths, path -> group(POD, path)).map(CgroupMembership::dashed),
                job,
                container.isPresent() || job.isPresent() ? Optional.empty() : first(paths, CgroupMembership::unit));
    }

    private record Container(String id, Optional<String> runtime) {}

    /** The path of {@code N:controllers:/path}; a path may hold colons. */
    private static Optional<String> path(String line) {
        int first = line.indexOf(':');
        int second = line.indexOf(':', first + 1);
        return first > 0 && second > 0 && line.length() <= PATH_LIMIT
                ? Optional.of(line.substring(second + 1))
                : Optional.empty();
    }

    private static <T> Optional<T> first(List<String> paths, Function<String, Optional<T>> found) {
        return paths.stream().map(found).flatMap(Optional::stream).findFirst();
    }

    private static Optional<String> group(Pattern pattern, String path) {
        Matcher matcher = pattern.matcher(path);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** The innermost container: Docker in a pod is inside the pod's own. */
    private static Optional<Container> container(String path) {
        Matcher matcher = CONTAINER.matcher(path);
        Optional<Container> found = Optional.empty();
        while (matcher.find()) {
            found = Optional.of(new Container(matcher.group(2), runtime(matcher.group(1), path)));
        }
        return found.or(() -> group(LXC, path).map(name -> new Container(name, Optional.of("lxc"))))
                .or(() -> group(ECS, path).map(task -> new Container(task, Optional.of("ecs"))));
    }

    private static Optional<String> runtime(String prefix, String path) {
        if (prefix == null) {
            return path.contains("/docker/")
                    ? Optional.of("docker")
                    : path.contains("/libpod_parent/") || path.contains("/libpod")
                            ? Optional.of("podman")
                            : Optional.empty();
        }
        return switch (prefix) {
            case "docker" -> Optional.of("docker");
            case "cri-containerd", "nerdctl" -> Optional.of("containerd");
            case "crio", "crio-conmon" -> Optional.of("cri-o");
            case "libpod" -> Optional.of("podman");
            default -> Optional.empty();
        };
    }

    private static String dashed(String uid) {
        return uid.replace('_', '-');
    }

    private static Optional<String> unit(String path) {
        Matcher matcher = UNIT.matcher(path);
        Optional<String> unit = Optional.empty();
        while (matcher.find()) {
            unit = Optional.of(matcher.group(1));
        }
        return unit;
    }
}
