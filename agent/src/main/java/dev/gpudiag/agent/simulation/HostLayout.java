package dev.gpudiag.agent.simulation;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The host of a scenario, its {@code [host]} section with all defaults applied.
 *
 * @param module version of the loaded module, empty when it is not loaded
 * @param moduleOnDisk version that the kernel would load, empty when there is none
 * @param openFlavour whether the module is the open one
 * @param library version in the name of the user library, empty when there is none
 * @param pciAddresses NVIDIA GPUs on the bus; one of no GPU section is one that NVML does not show
 * @param pciDriver kernel driver bound to them
 * @param notAnswering addresses whose configuration space reads all ones
 * @param portWidth lanes of the ports above the GPUs; as many as the GPU has where nothing is said
 * @param portGeneration highest generation of these ports
 * @param switches addresses of NVSwitches
 * @param fabricManager whether the fabric manager runs
 * @param peermem whether nvidia_peermem is loaded, and known to ib_core: no, loaded or registered
 * @param deviceNodes names under /dev
 */
public record HostLayout(
        Optional<String> module,
        Optional<String> moduleOnDisk,
        boolean openFlavour,
        Optional<String> library,
        boolean nouveau,
        List<String> pciAddresses,
        Optional<String> pciDriver,
        List<String> notAnswering,
        Optional<Integer> portWidth,
        Optional<Integer> portGeneration,
        List<String> switches,
        boolean fabricManager,
        String peermem,
        List<String> deviceNodes,
        String hostname,
        String kernelRelease,
        String operatingSystem,
        Duration uptime,
        boolean container) {

    public HostLayout {
        pciAddresses = List.copyOf(pciAddresses);
        notAnswering = List.copyOf(notAnswering);
        switches = List.copyOf(switches);
        deviceNodes = List.copyOf(deviceNodes);
    }
}
