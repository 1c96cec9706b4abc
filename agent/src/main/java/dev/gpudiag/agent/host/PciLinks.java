package dev.gpudiag.agent.host;

import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the kernel knows of a GPU's PCIe link: the lanes now, what the port above it can do, the error counters (AER) of
 * both and of every port up to the root, the NUMA node, the slot.
 */
final class PciLinks {

    private static final String DEVICES = "/sys/bus/pci/devices/";
    private static final String SLOTS = "/sys/bus/pci/slots";
    private static final Pattern SPEED = Pattern.compile("(\\d{1,3}(?:\\.\\d)?) GT/s.*");
    private static final Pattern LANES = Pattern.compile("\\d{1,2}");
    private static final Pattern NODE = Pattern.compile("-?\\d{1,4}");
    private static final Pattern SLOT = Pattern.compile("[\\w.-]{1,32}");
    private static final int LEAST_LEVELS = 2;

    /** The kernel writes 255 lanes, or none, for a link of which it knows nothing. */
    private static final long MOST_LANES = 32;

    private static final List<String> GIGATRANSFERS = List.of("2.5", "5.0", "8.0", "16.0", "32.0", "64.0");

    /** A kind of error: its file, the line that holds the sum, and where it goes for the GPU and for the ports above. */
    private record Errors(String file, String total, Quantity<Long> device, Quantity<Long> ports) {}

    private static final List<Errors> ERRORS = List.of(
            new Errors(
                    "aer_dev_correctable",
                    "TOTAL_ERR_COR",
                    GpuQuantities.AER_CORRECTABLE,
                    GpuQuantities.AER_PORT_CORRECTABLE),
            new Errors(
                    "aer_dev_nonfatal",
                    "TOTAL_ERR_NONFATAL",
                    GpuQuantities.AER_NONFATAL,
                    GpuQuantities.AER_PORT_NONFATAL),
            new Errors("aer_dev_fatal", "TOTAL_ERR_FATAL", GpuQuantities.AER_FATAL, GpuQuantities.AER_PORT_FATAL));

    private final HostRoot root;

    PciLinks(HostRoot root) {
        this.root = root;
    }

    /** Readings by address of these devices. */
    Map<String, Readings> read(List<String> addresses) {
        Map<String, String> slots = slots();
        Map<String, Readings> links = new HashMap<>();
        for (String address : addresses) {
            Readings.Builder readings = Readings.builder();
            String directory = DEVICES + address;
            readings.put(GpuQuantities.PCIE_WIDTH_SYSFS, lanes(directory + "/current_link_width"));
            readings.put(GpuQuantities.NUMA_NODE, number(directory + "/numa_node", NODE));
            ports(address, readings);
            String slot = slots.get(address.substring(0, address.lastIndexOf('.')));
            if (slot != null) {
                readings.put(GpuQuantities.PHYSICAL_SLOT, slot, SLOTS);
            }
            links.put(address, readings.build());
        }
        return Map.copyOf(links);
    }

    private void ports(String address, Readings.Builder readings) {
        List<String> above = above(address);
        ERRORS.forEach(errors -> readings.put(errors.device(), count(DEVICES + address, errors)));
        if (above.isEmpty()) {
            Reading<Long> none = Reading.missing(Reason.NOT_SUPPORTED, DEVICES + address, "no port above this device");
            readings.put(GpuQuantities.PCIE_PORT_WIDTH_MAX, none);
            readings.put(GpuQuantities.PCIE_PORT_GENERATION_MAX, none);
            return;
        }
        String port = DEVICES + above.getFirst();
        readings.put(GpuQuantities.PCIE_PORT, above.getFirst(), port);
        readings.put(GpuQuantities.PCIE_PORT_WIDTH_MAX, lanes(port + "/max_link_width"));
        readings.put(GpuQuantities.PCIE_PORT_GENERATION_MAX, generation(port + "/max_link_speed"));
        ERRORS.forEach(errors -> readings.put(errors.ports(), sum(above, errors)));
    }

    /** Addresses of the ports above a device, the nearest first, the root port last. */
    private List<String> above(String address) {
        List<String> ports = new ArrayList<>();
        try {
            for (String part : root.linkTarget(DEVICES + address).orElse("").split("/", -1)) {
                if (PciBus.ADDRESS.matcher(part).matches()) {
                    ports.addFirst(part.toLowerCase(Locale.ROOT));
                }
            }
        } catch (IOException e) {
            return List.of(); // gone since it was listed
        }
        return ports.size() < LEAST_LEVELS ? List.of() : List.copyOf(ports.subList(1, ports.size()));
    }

    private Reading<Long> lanes(String path) {
        Reading<Long> lanes = number(path, LANES);
        boolean unknown =
                lanes.value().filter(count -> count == 0 || count > MOST_LANES).isPresent();
        return unknown ? Reading.missing(Reason.NOT_SUPPORTED, path, "unknown link width") : lanes;
    }

    private Reading<Long> generation(String path) {
        Reading<String> line = root.readLine(path);
        Matcher speed = SPEED.matcher(line.value().orElse(""));
        int generation = speed.matches() ? GIGATRANSFERS.indexOf(speed.group(1)) + 1 : 0;
        return line.isPresent() && generation == 0
                ? Reading.missing(Reason.NOT_SUPPORTED, path, "unknown speed")
                : line.map(ignored -> (long) generation);
    }

    private Reading<Long> number(String path, Pattern form) {
        Reading<String> line = root.readLine(path);
        boolean odd = line.value().filter(text -> !form.matcher(text).matches()).isPresent();
        return odd ? Reading.missing(Reason.NOT_SUPPORTED, path, "not a number") : line.map(Long::valueOf);
    }

    private Reading<Long> sum(List<String> ports, Errors errors) {
        long sum = 0;
        boolean any = false;
        Reading<Long> last = Reading.notRead("no port");
        for (String port : ports) {
            last = count(DEVICES + port, errors);
            any |= last.isPresent();
            sum += last.value().orElse(0L);
        }
        return any ? Reading.of(sum, errors.file() + " of " + String.join(", ", ports)) : last;
    }

    private Reading<Long> count(String directory, Errors errors) {
        String path = directory + "/" + errors.file();
        Reading<String> text = root.read(path);
        if (!text.isPresent()) {
            return text.map(ignored -> 0L);
        }
        return text.value()
                .orElseThrow()
                .lines()
                .filter(line -> line.matches(errors.total() + " \\d{1,18}"))
                .findFirst()
                .map(line ->
                        Reading.of(Long.valueOf(line.substring(errors.total().length() + 1)), path))
                .orElseGet(() -> Reading.missing(Reason.NOT_SUPPORTED, path, "no " + errors.total()));
    }

    /** Names of slots by the address in them, which is without a function. */
    private Map<String, String> slots() {
        Map<String, String> slots = new HashMap<>();
        try {
            for (String name : root.names(SLOTS, name -> SLOT.matcher(name).matches())) {
                root.readLine(SLOTS + "/" + name + "/address")
                        .value()
                        .ifPresent(address -> slots.put(address.toLowerCase(Locale.ROOT), name));
            }
        } catch (IOException e) {
            return Map.of(); // a machine that names no slots
        }
        return slots;
    }
}
