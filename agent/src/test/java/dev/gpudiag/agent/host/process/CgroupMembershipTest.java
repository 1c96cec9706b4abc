package dev.gpudiag.agent.host.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CgroupMembershipTest {

    private static final String ID = "0123456789abcdef".repeat(4);
    private static final String UID = "7a96c459-d529-44ae-9f99-90d3798d6426";

    private static Path captures() {
        Path captures = Path.of(System.getProperty("gpudiag.shared", "../shared"), "captures", "cgroup");
        assumeTrue(Files.isDirectory(captures), "no captures here");
        return captures;
    }

    @ParameterizedTest
    @CsvSource({
        "0::/system.slice/docker-ID.scope, docker, ",
        "4:memory:/docker/ID, docker, ",
        "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podUUID.slice/cri-containerd-ID.scope, containerd, UID",
        "0::/kubepods.slice/kubepods-podUUID.slice/crio-ID.scope/container, cri-o, UID",
        "5:memory:/kubepods/besteffort/podUID/ID, , UID",
        "0::/kubepods/podUID/ID/child, , UID",
        "0::/machine.slice/libpod-ID.scope/container, podman, ",
        "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope, podman, ",
    })
    void containerAndPodAreFoundInEveryLayout(String line, String runtime, String podUid) {
        String text =
                line.replace("UUID", UID.replace('-', '_')).replace("UID", UID).replace("ID", ID);
        CgroupMembership membership = CgroupMembership.parse(text + "\n");
        assertThat(membership.containerId()).contains(ID);
        assertThat(membership.runtime().orElse(null)).isEqualTo(runtime);
        assertThat(membership.podUid().isPresent()).isEqualTo(podUid != null);
        membership.podUid().ifPresent(uid -> assertThat(uid).isEqualTo(UID));
        assertThat(membership.systemdUnit()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "5:memory:/slurm/uid_1000/job_4711/step_0/task_0, 4711",
        "0::/system.slice/slurmstepd.scope/job_42/step_batch/user/task_0, 42",
        "5:memory:/slurm_node7/uid_1000/job_4711, 4711",
    })
    void slurmJobIsFound(String line, String job) {
        CgroupMembership membership = CgroupMembership.parse(line);
        assertThat(membership.slurmJob()).contains(job);
        assertThat(membership.systemdUnit()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0::/system.slice/ollama.service, ollama.service",
        "0::/user.slice/user-1000.slice/user@1000.service/app.slice/jupyter.service, jupyter.service",
        "0::/user.slice/user-1000.slice/session-3.scope, session-3.scope",
    })
    void processOutsideContainersHasItsInnermostUnit(String line, String unit) {
        assertThat(CgroupMembership.parse(line).systemdUnit()).contains(unit);
        assertThat(CgroupMembership.parse(line).containerId()).isEmpty();
    }

    @Test
    void staticPodHasAHashForItsUid() {
        String hash = "ab".repeat(16);
        assertThat(CgroupMembership.parse("0::/kubepods/burstable/pod" + hash + "/" + ID)
                        .podUid())
                .contains(hash);
    }

    @Test
    void lxcContainerHasItsName() {
        CgroupMembership membership = CgroupMembership.parse("0::/lxc.payload.gpu-box/system.slice");
        assertThat(membership.containerId()).contains("gpu-box");
        assertThat(membership.runtime()).contains("lxc");
        assertThat(CgroupMembership.parse("11:hugetlb:/lxc/p1").containerId()).contains("p1");
    }

    @Test
    void recordedGroupsAreReadAsTheirCasesSay() throws IOException {
        JsonNode cases = new ObjectMapper()
                .readTree(captures()
                        .resolve("elastic-apm_container_metadata_discovery.json")
                        .toFile());
        int seen = 0;
        for (Map.Entry<String, JsonNode> named : cases.properties()) {
            JsonNode lines = named.getValue().path("files").path("/proc/self/cgroup");
            if (lines.isMissingNode() || named.getValue().path("files").has("/proc/self/mountinfo")) {
                continue; // seen from inside a container: the host's view has the path in cgroup
            }
            String text = StreamSupport.stream(lines.spliterator(), false)
                    .map(JsonNode::asText)
                    .collect(Collectors.joining("\n"));
            CgroupMembership membership = CgroupMembership.parse(text);
            assertThat(membership.podUid().orElse(null))
                    .as(named.getKey())
                    .isEqualTo(named.getValue().path("podId").textValue());
            assertThat(membership.containerId().orElse(null))
                    .as(named.getKey())
                    .isEqualTo(named.getValue().path("containerId").textValue());
            seen++;
        }
        assertThat(seen).isGreaterThanOrEqualTo(4);
    }

    @Test
    void recordedDockerGroupsOfEveryVersionAreRead() throws IOException {
        Map<String, String> ids = Map.of(
                "newrelic_docker-0.9.1.txt", "f37a7e4d17017e7bf774656b19ca4360c6cdc4951c86700a464101d0d9ce97ee",
                "newrelic_docker-1.0.0.txt", "3ccfa00432798ff38f85839de1e396f771b4acbe9f4ddea0a761c39b9790a782",
                "newrelic_docker-1.3.txt", "47cbd16b77c50cbf71401c069cd2189f0e659af17d5a2daca3bddf59d8a870b2",
                "newrelic_docker-custom-prefix.txt", "e6aaf072b17c345d900987ce04e37031d198b02314f8636df2c0edf6538c08c7",
                "elastic_docker_docker_proc_312_cgroup.txt",
                        "1c8fa019edd4b9d4b2856f4932c55929c5c118c808ed5faee9a135ca6e84b039");
        for (Map.Entry<String, String> recorded : ids.entrySet()) {
            String text = Files.readString(captures().resolve(recorded.getKey()));
            assertThat(CgroupMembership.parse(text).containerId())
                    .as(recorded.getKey())
                    .contains(recorded.getValue());
        }
        for (String none : new String[] {"newrelic_docker-too-long.txt", "newrelic_invalid-length.txt"}) {
            assertThat(CgroupMembership.parse(Files.readString(captures().resolve(none)))
                            .containerId())
                    .as(none)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "0::/", "garbage", "::", "0::/../../..", "0::/docker/xyz"})
    void textThatSaysNothingGivesNothing(String text) {
        CgroupMembership membership = CgroupMembership.parse(text);
        assertThat(membership.containerId()).isEmpty();
        assertThat(membership.podUid()).isEmpty();
        assertThat(membership.systemdUnit()).isEmpty();
    }

    @Test
    void pathsMadeToBeSlowAreReadToTheirLimit() {
        String line = "0::/slurm" + "/a".repeat(2000) + "/" + "job_".repeat(1000);
        assertThat(CgroupMembership.parse((line + "\n").repeat(1000)).slurmJob())
                .isEmpty();
    }
}
