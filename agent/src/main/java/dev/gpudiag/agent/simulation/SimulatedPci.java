package dev.gpudiag.agent.simulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Writes the PCI devices of a simulated host: each GPU below a root port of its own, as on most servers. */
final class SimulatedPci {

    private static final int DEFAULT_DEVICE_ID = 0x2330;
    private static final Pattern NUMBER = Pattern.compile("\\d{1,4}");
    private static final String[] SPEEDS = {"2.5", "2.5", "5.0", "8.0", "16.0", "32.0", "64.0"};
    private static final String PORT = ":01.0";
    private static final int BUS_FROM = 5;
    private static final int BUS_TO = 7;

    private final Path root;
    private final Scenario scenario;
    private final HostLayout host;

    SimulatedPci(Path root, Scenario scenario) {
        this.root = root;
        this.scenario = scenario;
        this.host = scenario.host();
    }

    void write() throws IOException {
        Map<String, SimulatedGpu> gpus = new HashMap<>();
        scenario.gpus().forEach(gpu -> gpus.put(gpu.pciAddress(), gpu));
        int slot = 0;
        for (String address : host.pciAddresses()) {
            SimulatedGpu gpu = gpus.getOrDefault(
                    address, scenario.gpus().stream().findFirst().orElse(null));
            writePort(address, gpu);
            writeDevice(device(address), address, gpu);
            write("sys/bus/pci/slots/" + ++slot + "/address", address.substring(0, address.lastIndexOf('.')) + "\n");
        }
        for (String address : host.switches()) {
            writeSwitch(address);
        }
    }

    /** The directory of a device, below its port. */
    static String device(String address) {
        return port(address) + "/" + address;
    }

    /** The directory of the root port above a device, one bus before it. */
    static String port(String address) {
        String above = busBefore(address);
        return "sys/devices/pci" + above + "/" + above + PORT;
    }

    private static String busBefore(String address) {
        int bus = Integer.parseInt(address.substring(BUS_FROM, BUS_TO), 16);
        return String.format(Locale.ROOT, "%s%02x", address.substring(0, BUS_FROM), Math.max(0, bus - 1));
    }

    private void writePort(String address, SimulatedGpu gpu) throws IOException {
        String port = port(address);
        write(port + "/vendor", "0x8086\n");
        write(port + "/class", "0x060400\n");
        int width = host.portWidth().orElseGet(() -> number(gpu, "pcie.width.max", 16));
        int generation = host.portGeneration().orElseGet(() -> number(gpu, "pcie.gen.max", 5));
        write(port + "/max_link_width", width + "\n");
        write(port + "/max_link_speed", speed(generation));
        writeErrors(port);
        link("sys/bus/pci/devices/" + busBefore(address) + PORT, "../../../" + port.substring("sys/".length()));
    }

    private void writeDevice(String device, String address, SimulatedGpu gpu) throws IOException {
        int id = gpu == null ? DEFAULT_DEVICE_ID : deviceId(gpu);
        boolean display =
                gpu != null && gpu.get("pci_sub_class").filter("0"::equals).isPresent();
        write(device + "/vendor", "0x10de\n");
        write(device + "/device", String.format(Locale.ROOT, "0x%04x\n", id));
        write(device + "/class", display ? "0x030000\n" : "0x030200\n");
        write(device + "/current_link_width", number(gpu, "pcie.width.current", 16) + "\n");
        write(device + "/max_link_width", number(gpu, "pcie.width.max", 16) + "\n");
        write(device + "/numa_node", number(gpu, "numa", 0) + "\n");
        writeErrors(device);
        byte[] configuration = new byte[64];
        if (host.notAnswering().contains(address)) {
            Arrays.fill(configuration, (byte) 0xff);
        } else {
            configuration[0] = (byte) 0xde;
            configuration[1] = 0x10;
            configuration[2] = (byte) id;
            configuration[3] = (byte) (id >> 8);
        }
        Files.write(root.resolve(device + "/config"), configuration);
        link("sys/bus/pci/devices/" + address, "../../../" + device.substring("sys/".length()));
        if (host.pciDriver().isPresent()) {
            String driver = "bus/pci/drivers/" + host.pciDriver().get();
            Files.createDirectories(root.resolve("sys/" + driver));
            link(device + "/driver", "../../../../" + driver);
        }
    }

    private void writeErrors(String directory) throws IOException {
        write(directory + "/aer_dev_correctable", "TOTAL_ERR_COR 0\n");
        write(directory + "/aer_dev_nonfatal", "TOTAL_ERR_NONFATAL 0\n");
        write(directory + "/aer_dev_fatal", "TOTAL_ERR_FATAL 0\n");
    }

    private void writeSwitch(String address) throws IOException {
        String device = "sys/devices/pci" + busBefore(address) + "/" + address;
        write(device + "/vendor", "0x10de\n");
        write(device + "/device", "0x22a3\n");
        write(device + "/class", "0x068000\n");
        link("sys/bus/pci/devices/" + address, "../../../" + device.substring("sys/".length()));
    }

    private static String speed(int generation) {
        return SPEEDS[Math.min(generation, SPEEDS.length - 1)] + " GT/s PCIe\n";
    }

    private static int number(SimulatedGpu gpu, String key, int otherwise) {
        return gpu == null
                ? otherwise
                : gpu.get(key)
                        .filter(text -> NUMBER.matcher(text).matches())
                        .map(Integer::valueOf)
                        .orElse(otherwise);
    }

    /** NVML's combined id, device above vendor, or the device alone. */
    private static int deviceId(SimulatedGpu gpu) {
        try {
            long id = gpu.get("pci_device_id").map(Long::decode).orElse((long) DEFAULT_DEVICE_ID);
            return (int) (id > 0xffff ? (id >>> 16) & 0xffff : id);
        } catch (NumberFormatException e) {
            return DEFAULT_DEVICE_ID; // the simulated library says what is wrong with it
        }
    }

    private void write(String path, String text) throws IOException {
        SimulatedHost.write(root, path, text);
    }

    private void link(String path, String target) throws IOException {
        Files.createDirectories(root.resolve(path).getParent());
        Files.createSymbolicLink(root.resolve(path), Path.of(target));
    }
}
