package dev.gpudiag.agent.host.process;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.agent.host.process.PodNames.ContainerName;
import dev.gpudiag.agent.host.process.PodNames.PodName;
import dev.gpudiag.telemetry.Gap;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Workload;
import dev.gpudiag.telemetry.Workload.Kind;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Who a process works for: the most specific of pod, container, Slurm job, systemd unit and user.
 *
 * <p>Names are looked up once per look. Not thread-safe.
 */
final class Workloads {

    static final String FILE = "cgroup";
    private static final int LIMIT = 64 * 1024;

    /** Units that only hold a login or the like: the user says more. */
    private static final Pattern SESSION = Pattern.compile("(?:session-|run-|app-|vte-|init\\b|user@).*");

    private final PodNames pods;
    private final ContainerRecords records;
    private boolean podWithoutName;
    private boolean containerWithoutName;

    Workloads(HostRoot root) {
        this.pods = new PodNames(root);
        this.records = new ContainerRecords(root);
    }

    /**
     * The workload of a process.
     *
     * @param environment kept variables, of which {@code SLURM_JOB_ID} tells of a job where Slurm uses no control groups
     */
    Reading<Workload> of(ProcessDirectory process, Reading<String> user, Map<String, String> environment) {
        String source = process.path(FILE);
        try {
            CgroupMembership membership = CgroupMembership.parse(process.text(FILE, LIMIT));
            return workload(membership, user, environment)
                    .<Reading<Workload>>map(found -> Reading.of(found, source))
                    .orElse(Reading.missing(
                            Reason.FAILED, source, "names neither container nor unit, and no user is known"));
        } catch (IOException e) {
            return process.missing(FILE, e);
        }
    }

    /** What the container runtime recorded of the process's container. */
    Optional<ContainerRecord> record(ProcessDirectory process) {
        try {
            return CgroupMembership.parse(process.text(FILE, LIMIT))
                    .containerId()
                    .flatMap(records::find);
        } catch (IOException e) {
            return Optional.empty(); // the workload says why
        }
    }

    private Optional<Workload> workload(
            CgroupMembership membership, Reading<String> user, Map<String, String> environment) {
        if (membership.podUid().isPresent() || isPodContainer(membership)) {
            return Optional.of(pod(membership));
        }
        if (membership.containerId().isPresent()) {
            return Optional.of(container(membership));
        }
        Optional<String> job = membership
                .slurmJob()
                .or(() -> Optional.ofNullable(environment.get("SLURM_JOB_ID")).filter(id -> id.matches("\\d{1,12}")));
        if (job.isPresent()) {
            return Optional.of(Workload.of(Kind.SLURM_JOB, job.get()));
        }
        return membership
                .systemdUnit()
                .filter(unit -> !SESSION.matcher(unit).matches())
                .map(unit -> Workload.of(Kind.SYSTEMD_UNIT, unit))
                .or(() -> user.value().map(name -> Workload.of(Kind.USER, name)));
    }

    private boolean isPodContainer(CgroupMembership membership) {
        return membership
                .containerId()
                .filter(id -> pods.container(id).isPresent()
                        || records.find(id).flatMap(ContainerRecord::pod).isPresent())
                .isPresent();
    }

    private Workload pod(CgroupMembership membership) {
        Optional<String> uid = membership.podUid();
        Optional<ContainerName> named = membership.containerId().flatMap(pods::container);
        Optional<PodName> directory = uid.flatMap(pods::pod);
        Optional<ContainerRecord> record = membership.containerId().flatMap(records::find);
        Optional<String> namespace = named.map(ContainerName::namespace)
                .or(() -> directory.map(PodName::namespace))
                .or(() -> record.flatMap(ContainerRecord::namespace));
        Optional<String> pod = named.map(ContainerName::pod)
                .or(() -> directory.map(PodName::pod))
                .or(() -> record.flatMap(ContainerRecord::pod));
        Optional<String> container = named.map(ContainerName::container)
                .or(() -> record.flatMap(ContainerRecord::podContainer))
                .or(() -> directory.flatMap(pods::onlyContainer));
        podWithoutName |= pod.isEmpty();
        String name = pod.map(found -> namespace.map(space -> space + "/").orElse("") + found)
                        .orElse("with uid " + uid.orElse("unknown"))
                + container.map(found -> " (" + found + ")").orElse("");
        return new Workload(
                Kind.KUBERNETES_POD,
                name,
                namespace,
                pod,
                uid,
                container,
                membership.containerId(),
                membership.runtime().or(() -> record.flatMap(ContainerRecord::runtime)));
    }

    private Workload container(CgroupMembership membership) {
        String id = membership.containerId().orElseThrow();
        Optional<ContainerRecord> record = records.find(id);
        Optional<String> name = record.flatMap(ContainerRecord::name);
        boolean named = name.isPresent() || !id.matches("[0-9a-f]{64}");
        containerWithoutName |= !named;
        return new Workload(
                Kind.CONTAINER,
                name.orElse(named ? id : id.substring(0, 12)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                name,
                Optional.of(id),
                membership.runtime().or(() -> record.flatMap(ContainerRecord::runtime)));
    }

    /** What kept names from being found, each once. */
    List<Gap> gaps() {
        Optional<Gap> podNames = pods.refusal().filter(error -> podWithoutName).map(error -> {
            Reading<String> missing = HostRoot.missing("/var/log/pods", error);
            return new Gap(
                    error instanceof AccessDeniedException ? Reason.NO_PERMISSION : Reason.FAILED,
                    "/var/log/pods",
                    "pods are named by their uid alone: " + missing.describe());
        });
        Optional<Gap> containerNames = records.refusal()
                .filter(error -> containerWithoutName || podWithoutName)
                .map(error -> new Gap(
                        Reason.NO_PERMISSION,
                        String.valueOf(error.getFile()),
                        "containers are named by their id alone: no permission to read " + error.getFile()));
        return Stream.of(podNames, containerNames).flatMap(Optional::stream).toList();
    }
}
