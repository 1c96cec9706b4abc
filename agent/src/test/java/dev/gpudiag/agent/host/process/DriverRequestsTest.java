package dev.gpudiag.agent.host.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.agent.host.HostRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DriverRequestsTest {

    @TempDir
    private Path root;

    private DriverRequests requests;

    @BeforeEach
    void layOut() throws IOException {
        Files.createDirectories(root.resolve("sys/module/nvidia"));
        Files.createDirectories(root.resolve("proc"));
        runs(10, "python3", "train.py nvidia --gpu-reset");
        requests = new DriverRequests(new HostRoot(root));
    }

    private void runs(int pid, String name, String arguments) throws IOException {
        Path directory = Files.createDirectories(root.resolve("proc/" + pid));
        Files.writeString(directory.resolve("comm"), name.substring(0, Math.min(15, name.length())) + "\n");
        Files.writeString(
                directory.resolve("cmdline"), "/usr/bin/" + name + "\0" + arguments.replace(' ', '\0') + "\0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "modprobe -r nvidia_drm nvidia",
                "modprobe --remove nvidia-uvm",
                "modprobe -rf nvidia",
                "rmmod nvidia_uvm",
                "nvidia-smi --gpu-reset -i 3",
                "nvidia-smi -r",
                "nvidia-smi -i 0 -mig 1",
                "nvidia-smi mig -dgi -i 0",
                "nvidia-mig-parted apply -f config.yaml",
                "nvidia-installer --uninstall --silent",
                "nvidia-uninstall -s"
            })
    void aProgramThatNeedsTheDriverToBeLetGoOfIsSeenWhileItRuns(String command) throws IOException {
        int space = command.indexOf(' ');
        String name = command.substring(0, space);
        runs(4711, name, command.substring(space + 1));

        for (int look = 0; look < 10; look++) {
            assertThat(requests.look())
                    .as("look " + look)
                    .contains(
                            name.substring(0, Math.min(15, name.length())) + command.substring(space) + " (pid 4711)");
        }
        delete(4711);
        assertThat(requests.look()).isEmpty();
    }

    private void delete(int pid) throws IOException {
        for (String file : new String[] {"comm", "cmdline"}) {
            Files.delete(root.resolve("proc/" + pid + "/" + file));
        }
        Files.delete(root.resolve("proc/" + pid));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "modprobe nvidia",
                "modprobe -r nouveau",
                "rmmod overlay",
                "nvidia-smi -q -x",
                "nvidia-smi mig -lgi",
                "nvidia-smi -i 3",
                "nvidia-mig-parted export",
                "nvidia-installer --help",
                "bash nvidia-smi --gpu-reset"
            })
    void programsThatDoNotAreLeftAlone(String command) throws IOException {
        int space = command.indexOf(' ');
        runs(4711, command.substring(0, space), command.substring(space + 1));

        assertThat(requests.look()).isEmpty();
    }

    @Test
    void aShellThatBecomesTheProgramIsSeen() throws IOException {
        runs(4711, "bash", "-c reset");
        assertThat(requests.look()).isEmpty();
        runs(4711, "nvidia-smi", "--gpu-reset");
        assertThat(requests.look()).contains("nvidia-smi --gpu-reset (pid 4711)");
    }

    @Test
    void aModuleThatIsGoingIsSeen() throws IOException {
        Files.writeString(root.resolve("sys/module/nvidia/initstate"), "going\n");
        assertThat(requests.look()).contains("the nvidia module is being unloaded");
        Files.writeString(root.resolve("sys/module/nvidia/initstate"), "live\n");
        assertThat(requests.look()).isEmpty();
    }

    @Test
    void hostileNamesAndEntriesWithoutFilesAreNoTrouble() throws IOException {
        runs(4711, "rmmod", "nvidia\u001b[31m" + "x".repeat(5000));
        Files.createDirectories(root.resolve("proc/99"));
        Files.createSymbolicLink(root.resolve("proc/98"), Path.of("/etc"));

        assertThat(requests.look().orElseThrow())
                .startsWith("rmmod nvidia?[31mxxx")
                .endsWith("... (pid 4711)")
                .hasSizeLessThan(120);
    }
}
