package dev.gpudiag.agent.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.agent.kernellog.KernelLogText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What a vendor asks for of a host, file by file, below a host root. */
public final class HostParts {

    private static final int FILE_LIMIT = 256 * 1024;
    private static final int PACKAGES_LIMIT = 16 << 20;
    private static final int LOG_LIMIT = 4 << 20;
    private static final String PCI = "/sys/bus/pci/devices";
    private static final List<String> VERSIONS = List.of(
            "/proc/driver/nvidia/version",
            "/sys/module/nvidia/version",
            "/proc/version",
            "/etc/os-release",
            "/proc/uptime",
            "/proc/meminfo");
    private static final List<String> DRIVER = List.of("/proc/driver/nvidia/params", "/proc/driver/nvidia/registry");
    private static final List<String> PCI_FILES = List.of(
            "vendor",
            "device",
            "subsystem_vendor",
            "subsystem_device",
            "class",
            "revision",
            "power_state",
            "numa_node",
            "current_link_speed",
            "current_link_width",
            "max_link_speed",
            "max_link_width",
            "aer_dev_correctable",
            "aer_dev_nonfatal",
            "aer_dev_fatal");
    private static final Pattern MODULE = Pattern.compile("(nvidia|nouveau|nova|vfio|mlx5|ib_|gdrdrv)\\w*\\s.*");
    private static final Pattern PACKAGE = Pattern.compile("Package: .*(nvidia|cuda|cudnn|nccl|gpudiag).*");

    private static final Pattern PACKAGE_FIELD = Pattern.compile("(Package|Status|Version): .*");

    private final HostRoot root;

    public HostParts(HostRoot root) {
        this.root = root;
    }

    /**
     * The parts, none of which is read yet.
     *
     * @param holders processes that hold a GPU
     */
    public List<Part> parts(List<Long> holders) {
        return List.of(
                new Part("versions.txt", "driver, kernel, distribution, main memory", () -> files(VERSIONS)),
                new Part("driver.txt", "parameters of the kernel module, and what it says of each GPU", this::driver),
                new Part("modules.txt", "kernel modules of GPUs, RDMA and passing through", this::modules),
                new Part("cmdline.txt", "parameters of the kernel", () -> file("/proc/cmdline")),
                new Part("pci.txt", "NVIDIA devices on the PCI bus: identity, links, error counters", this::pci),
                new Part("cgroups.txt", "control groups of the processes that hold a GPU", () -> cgroups(holders)),
                new Part("packages.txt", "installed packages of driver and CUDA (dpkg)", this::packages),
                new Part("kernel.log", "the kernel log, its newest part", () -> KernelLogText.read(root, LOG_LIMIT)));
    }

    /** The files that are there, each below its name. */
    private String files(List<String> paths) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String path : paths) {
            text.append("== ").append(path).append('\n');
            try {
                text.append(file(path)).append('\n');
            } catch (IOException e) {
                text.append("cannot be read: ")
                        .append(HostRoot.missing(path, e).describe())
                        .append("\n\n");
            }
        }
        return text.toString();
    }

    private String file(String path) throws IOException {
        return file(path, FILE_LIMIT);
    }

    private String file(String path, int limit) throws IOException {
        try {
            return new String(root.bytes(path, limit), UTF_8);
        } catch (IOException e) {
            throw new IOException(HostRoot.missing(path, e).describe(), e);
        }
    }

    private String driver() throws IOException {
        List<String> paths = new ArrayList<>(DRIVER);
        String gpus = "/proc/driver/nvidia/gpus";
        if (root.isDirectory(gpus)) {
            for (String gpu : root.names(gpus, name -> true)) {
                paths.add(gpus + "/" + gpu + "/information");
                paths.add(gpus + "/" + gpu + "/power");
            }
        }
        return files(paths);
    }

    private String modules() throws IOException {
        return String.join(
                "\n",
                file("/proc/modules")
                        .lines()
                        .filter(line -> MODULE.matcher(line).matches())
                        .toList());
    }

    private String pci() throws IOException {
        StringBuilder text = new StringBuilder();
        for (String address : root.names(PCI, name -> true)) {
            String folder = PCI + "/" + address;
            if (!line(folder + "/vendor").equals("0x10de")) {
                continue;
            }
            text.append("== ").append(address).append('\n');
            for (String name : PCI_FILES) {
                String value = line(folder + "/" + name);
                text.append(name).append(": ").append(value.replace("\n", "; ")).append('\n');
            }
        }
        return text.isEmpty() ? "no NVIDIA device on the bus\n" : text.toString();
    }

    private String line(String path) {
        try {
            return file(path).strip();
        } catch (IOException e) {
            return "-";
        }
    }

    private String cgroups(List<Long> holders) throws IOException {
        return holders.isEmpty()
                ? "no process holds a GPU, or none can be seen\n"
                : files(holders.stream().map(pid -> "/proc/" + pid + "/cgroup").toList());
    }

    private String packages() throws IOException {
        StringBuilder text = new StringBuilder();
        boolean wanted = false;
        for (String line : file("/var/lib/dpkg/status", PACKAGES_LIMIT).lines().toList()) {
            if (line.startsWith("Package: ")) {
                wanted = PACKAGE.matcher(line).matches();
                text.append(wanted ? "\n" : "");
            }
            if (wanted && PACKAGE_FIELD.matcher(line).matches()) {
                text.append(line).append('\n');
            }
        }
        return text.toString();
    }
}
