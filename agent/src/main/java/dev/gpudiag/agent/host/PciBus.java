package dev.gpudiag.agent.host;

import dev.gpudiag.telemetry.PciDevice;
import dev.gpudiag.telemetry.Reading;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads NVIDIA's GPUs and NVSwitches from /sys/bus/pci/devices; their audio and USB functions are left out. */
final class PciBus {

    static final Pattern ADDRESS = Pattern.compile("[0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7]");
    private static final String DIRECTORY = "/sys/bus/pci/devices";
    private static final Pattern HEXADECIMAL = Pattern.compile("0x[0-9a-fA-F]{1,6}");
    private static final int NOT_ANSWERING = 0xffff;

    private PciBus() {}

    static Reading<List<PciDevice>> read(HostRoot root) {
        try {
            List<PciDevice> devices = new ArrayList<>();
            for (String address :
                    root.names(DIRECTORY, name -> ADDRESS.matcher(name).matches())) {
                device(root, address).ifPresent(devices::add);
            }
            return Reading.of(List.copyOf(devices), DIRECTORY);
        } catch (NoSuchFileException e) {
            return root.isDirectory("/sys/bus") || root.isDirectory("/sys/devices")
                    ? Reading.of(List.of(), DIRECTORY + " (no PCI bus)")
                    : HostRoot.missing(DIRECTORY, e);
        } catch (IOException e) {
            return HostRoot.missing(DIRECTORY, e);
        }
    }

    private static Optional<PciDevice> device(HostRoot root, String address) throws IOException {
        String directory = DIRECTORY + "/" + address;
        try {
            int vendor = number(root, directory + "/vendor");
            if (vendor != PciDevice.NVIDIA) {
                return Optional.empty();
            }
            PciDevice device = new PciDevice(
                    address.toLowerCase(Locale.ROOT),
                    answers(root, directory) ? vendor : NOT_ANSWERING,
                    number(root, directory + "/device"),
                    number(root, directory + "/class"),
                    root.linkName(directory + "/driver"));
            return Optional.of(device).filter(found -> found.isGpu() || found.isNvSwitch());
        } catch (NoSuchFileException e) {
            return Optional.empty(); // removed from the bus since it was listed
        }
    }

    private static int number(HostRoot root, String path) throws IOException {
        String text = root.text(path, 64);
        if (!HEXADECIMAL.matcher(text).matches()) {
            throw new FileSystemException(path, null, "not a hexadecimal number");
        }
        return Integer.parseInt(text.substring(2), 16);
    }

    /**
     * Whether configuration space still reads: {@code vendor} is the kernel's memory of it, {@code config} asks the
     * device. A suspended one is not asked, since that would wake it.
     */
    private static boolean answers(HostRoot root, String directory) {
        if (root.read(directory + "/power/runtime_status")
                .value()
                .filter("suspended"::equals)
                .isPresent()) {
            return true;
        }
        try {
            byte[] id = root.bytes(directory + "/config", 2);
            return id.length < 2 || id[0] != (byte) 0xff || id[1] != (byte) 0xff;
        } catch (IOException e) {
            return true; // not known to be dead
        }
    }
}
