package dev.gpudiag.agent.host.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.telemetry.Gap;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.Workload;
import dev.gpudiag.telemetry.Workload.Kind;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadsTest {

    private static final String ID = "0123456789abcdef".repeat(4);
    private static final String UID = "7a96c459-d529-44ae-9f99-90d3798d6426";
    private static final String UNDERSCORED = UID.replace('-', '_');

    @TempDir
    Path directory;

    private ProcTree tree;

    @BeforeEach
    void layOut() {
        tree = new ProcTree(directory);
    }

    private Workload workload() {
        return tree.holder(7).knownWorkload().orElseThrow();
    }

    private void logs() {
        tree.file("var/log/pods/team-a_trainer-0_" + UID + "/main/0.log", "");
        tree.directory("var/log/pods/team-a_trainer-0_" + UID + "/sidecar");
        tree.link(
                "var/log/containers/trainer-0_team-a_main-" + ID + ".log",
                "/var/log/pods/team-a_trainer-0_" + UID + "/main/0.log");
    }

    @ParameterizedTest
    @CsvSource({
        // systemd and cgroupfs drivers, control groups 1 and 2, containerd, CRI-O and Docker below the kubelet
        "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podUUID.slice/cri-containerd-ID.scope, containerd",
        "0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podUUID.slice/crio-ID.scope, cri-o",
        "0::/kubepods.slice/kubepods-podUUID.slice/crio-ID.scope/container, cri-o",
        "0::/kubepods.slice/kubepods-podUUID.slice/docker-ID.scope, docker",
        "0::/kubepods/burstable/podUID/ID, ",
        "11:devices:/kubepods/besteffort/podUID/ID, ",
        "11:devices:/kubepods.slice/kubepods-podUUID.slice/cri-containerd-ID.scope, containerd",
        "4:memory:/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podUUID.slice/docker-ID.scope, docker",
        "0::/kubelet/kubepods/podUID/ID, ",
    })
    void aPodIsNamedByTheKubeletsLogDirectories(String line, String runtime) {
        logs();
        tree.process(7)
                .cgroup(line.replace("UUID", UNDERSCORED).replace("UID", UID).replace("ID", ID));

        Workload found = workload();
        assertThat(found.kind()).isEqualTo(Kind.KUBERNETES_POD);
        assertThat(found.name()).isEqualTo("team-a/trainer-0 (main)");
        assertThat(found.namespace()).contains("team-a");
        assertThat(found.pod()).contains("trainer-0");
        assertThat(found.container()).contains("main");
        assertThat(found.podUid()).contains(UID);
        assertThat(found.containerId()).contains(ID);
        assertThat(found.runtime().orElse(null)).isEqualTo(runtime);
    }

    @Test
    void aStaticPodIsNamedByItsHash() {
        String hash = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
        tree.directory("var/log/pods/kube-system_gpu-agent-node1_" + hash + "/agent");
        tree.process(7).cgroup("0::/kubepods/burstable/pod" + hash + "/" + ID);

        assertThat(workload().name()).isEqualTo("kube-system/gpu-agent-node1 (agent)");
    }

    @Test
    void aPodWhoseLogsAreGoneIsNamedByContainerdsTask() {
        tree.file("run/containerd/io.containerd.runtime.v2.task/k8s.io/" + ID + "/config.json", """
                {"process": {"env": ["CUDA_VERSION=12.4.1", "AWS_SECRET_ACCESS_KEY=x"]},
                 "annotations": {"io.kubernetes.cri.container-name": "main",
                  "io.kubernetes.cri.sandbox-name": "trainer-0",
                  "io.kubernetes.cri.sandbox-namespace": "team-a",
                  "io.kubernetes.cri.image-name": "nvcr.io/nvidia/pytorch:24.03-py3"}}
                """);
        tree.process(7).cgroup("0::/kubepods/podUID/ID".replace("UID", UID).replace("ID", ID));

        assertThat(workload().name()).isEqualTo("team-a/trainer-0 (main)");
        assertThat(workload().runtime()).contains("containerd");
        assertThat(tree.holder(7).cuda().toString()).contains("IMAGE").doesNotContain("AWS");
    }

    @Test
    void aPodThatNothingNamesIsItsUidAndThatIsSaidOnce() {
        tree.process(7).cgroup("0::/kubepods/pod" + UID + "/" + ID);
        tree.process(8).cgroup("0::/kubepods/pod" + UID + "/" + ID);

        assertThat(workload().describe()).isEqualTo("pod with uid " + UID);
        assertThat(tree.look().gaps()).extracting(Gap::source).containsExactly("/var/log/pods");
    }

    @Test
    void aDockerContainerHasItsNameAndImage() {
        tree.file("var/lib/docker/containers/" + ID + "/config.v2.json", """
                {"Name": "/trainer", "Config": {"Image": "nvidia/cuda:12.4.1-base", "Labels": {},
                 "Env": ["CUDA_VERSION=12.4.1", "PASSWORD=x"]}}
                """);
        tree.process(7).cgroup("0::/system.slice/docker-" + ID + ".scope");
        tree.process(8).cgroup("11:devices:/docker/" + ID + "\n4:memory:/docker/" + ID);

        for (long pid : new long[] {7, 8}) {
            Workload found = tree.holder(pid).knownWorkload().orElseThrow();
            assertThat(found.kind()).isEqualTo(Kind.CONTAINER);
            assertThat(found.describe()).isEqualTo("docker container trainer");
            assertThat(found.containerId()).contains(ID);
        }
    }

    @Test
    void dockersDataMayLieElsewhere() {
        tree.file("etc/docker/daemon.json", "{\"data-root\": \"/data/docker\"}");
        tree.file("data/docker/containers/" + ID + "/config.v2.json", "{\"Name\": \"/trainer\"}");
        tree.process(7).cgroup("0::/system.slice/docker-" + ID + ".scope");

        assertThat(workload().name()).isEqualTo("trainer");
    }

    @Test
    void aPodThatDockerRunsIsNamedByItsLabels() {
        tree.file("var/lib/docker/containers/" + ID + "/config.v2.json", """
                {"Name": "/k8s_main_trainer-0_team-a_x_0", "Config": {"Labels": {
                 "io.kubernetes.pod.name": "trainer-0", "io.kubernetes.pod.namespace": "team-a",
                 "io.kubernetes.container.name": "main"}}}
                """);
        tree.process(7).cgroup("11:devices:/docker/" + ID);

        assertThat(workload().describe()).isEqualTo("pod team-a/trainer-0 (main)");
    }

    @ParameterizedTest
    @CsvSource({
        "0::/machine.slice/libpod-ID.scope/container",
        "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope",
        "9:devices:/libpod_parent/libpod-ID",
    })
    void aPodmanContainerHasItsName(String line) {
        tree.file(
                "run/containers/storage/overlay-containers/" + ID + "/userdata/config.json",
                "{\"annotations\": {\"io.container.manager\": \"libpod\"}, \"process\": {\"env\": []}}");
        tree.file(
                "var/lib/containers/storage/overlay-containers/containers.json",
                "[{\"id\": \"" + ID + "\", \"names\": [\"jupyter\"]}]");
        tree.process(7).cgroup(line.replace("ID", ID));

        assertThat(workload().describe()).isEqualTo("podman container jupyter");
    }

    @Test
    void aContainerThatNothingNamesIsItsShortId() {
        tree.process(7).cgroup("0::/system.slice/docker-" + ID + ".scope");

        assertThat(workload().describe()).isEqualTo("docker container 0123456789ab");
        assertThat(tree.look().gaps()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0::/lxc.payload.vm-dev/system.slice/ssh.service | lxc container vm-dev",
                "4:memory:/lxc/ci-runner_1 | lxc container ci-runner_1",
                "5:memory:/slurm/uid_1000/job_4711/step_0/task_0 | Slurm job 4711",
                "0::/system.slice/slurmstepd.scope/job_42/step_batch/user/task_0 | Slurm job 42",
                "0::/system.slice/vllm@0.service | unit vllm@0.service",
                "1:name=systemd:/system.slice/nvidia-persistenced.service | unit nvidia-persistenced.service",
                "0::/user.slice/user-1000.slice/session-3.scope | user alice",
                "0::/user.slice/user-1000.slice/user@1000.service/app.slice/jupyter.service | unit jupyter.service",
                "0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-terminal-1.scope | user alice",
                "0::/init.scope | user alice",
                "0::/ | user alice",
                "0::/../../system.slice/x | user alice",
            })
    void everythingElseIsNamedByItsControlGroupOrItsUser(String line, String name) {
        tree.process(7).cgroup(line);

        assertThat(workload().describe()).isEqualTo(name);
    }

    @Test
    void aSlurmJobWithoutControlGroupsIsNamedByItsEnvironment() {
        tree.process(7).environ("SLURM_JOB_ID=815", "HOME=/home/alice");

        assertThat(workload().describe()).isEqualTo("Slurm job 815");
    }

    @Test
    void aUserOfADirectoryServiceIsANumber() {
        tree.process(7).own("status", "Uid:\t90210\t90210\t90210\t90210\n");

        GpuHolder holder = tree.holder(7);
        assertThat(holder.user().value()).contains("90210");
        assertThat(holder.knownWorkload().orElseThrow().describe()).isEqualTo("user 90210");
    }
}
