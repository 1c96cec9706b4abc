package dev.gpudiag.nvml;

/** Texts for numbers that the driver answers; an unknown one keeps its number. */
public final class NvmlNames {
    private NvmlNames() {}

    /** nvmlBrandType_t. */
    public static String brand(int code) {
        return switch (code) {
            case 1 -> "Quadro";
            case 2 -> "Tesla";
            case 3 -> "NVS";
            case 4 -> "GRID";
            case 5 -> "GeForce";
            case 6 -> "Titan";
            case 7 -> "NVIDIA Virtual Applications";
            case 8 -> "NVIDIA Virtual PC";
            case 9 -> "NVIDIA Virtual Compute Server";
            case 10 -> "NVIDIA RTX Virtual Workstation";
            case 11 -> "NVIDIA Cloud Gaming";
            case 12 -> "Quadro RTX";
            case 13 -> "NVIDIA RTX";
            case 14 -> "NVIDIA";
            case 15 -> "GeForce RTX";
            case 16 -> "Titan RTX";
            default -> unknown(code);
        };
    }

    /** NVML_DEVICE_ARCH_x. */
    public static String architecture(int code) {
        return switch (code) {
            case 2 -> "Kepler";
            case 3 -> "Maxwell";
            case 4 -> "Pascal";
            case 5 -> "Volta";
            case 6 -> "Turing";
            case 7 -> "Ampere";
            case 8 -> "Ada";
            case 9 -> "Hopper";
            case 10 -> "Blackwell";
            case 13 -> "Rubin";
            default -> unknown(code);
        };
    }

    /** nvmlComputeMode_t. */
    public static String computeMode(int code) {
        return switch (code) {
            case 0 -> "Default";
            case 1 -> "Exclusive Thread";
            case 2 -> "Prohibited";
            case 3 -> "Exclusive Process";
            default -> unknown(code);
        };
    }

    /** nvmlGpuVirtualizationMode_t. */
    public static String virtualizationMode(int code) {
        return switch (code) {
            case 0 -> "None";
            case 1 -> "Pass-Through";
            case 2 -> "vGPU";
            case 3 -> "Host vGPU";
            case 4 -> "Host vSGA";
            default -> unknown(code);
        };
    }

    /** nvmlDeviceGpuRecoveryAction_t. */
    public static String recoveryAction(int code) {
        return switch (code) {
            case 0 -> "None";
            case 1 -> "GPU Reset";
            case 2 -> "Node Reboot";
            case 3 -> "Drain P2P";
            case 4 -> "Drain and Reset";
            case 5 -> "Recover IMEX Domain";
            default -> unknown(code);
        };
    }

    /** nvmlGpuTopologyLevel_t, with the letters of nvidia-smi topo -m. */
    public static String topologyLevel(int code) {
        return switch (code) {
            case 0 -> "internal (same board)";
            case 10 -> "PIX (one PCIe switch)";
            case 20 -> "PXB (several PCIe switches)";
            case 30 -> "PHB (host bridge)";
            case 40 -> "NODE (same NUMA node)";
            case 50 -> "SYS (across NUMA nodes)";
            default -> unknown(code);
        };
    }

    /** nvmlGpuP2PStatus_t. */
    public static String p2pStatus(int code) {
        return switch (code) {
            case 0 -> "OK";
            case 1 -> "Chipset not supported";
            case 2 -> "GPU not supported";
            case 3 -> "IOH topology not supported";
            case 4 -> "Disabled by registry key";
            case 5 -> "Not supported";
            case 6 -> "Unknown";
            default -> unknown(code);
        };
    }

    /** nvmlIntNvLinkDeviceType_t. */
    public static String nvLinkDeviceType(int code) {
        return switch (code) {
            case 0 -> "GPU";
            case 1 -> "IBM NPU";
            case 2 -> "NVSwitch";
            case 255 -> "unknown";
            default -> unknown(code);
        };
    }

    /** nvmlGpuFabricState_t. */
    public static String fabricState(int code) {
        return switch (code) {
            case 0 -> "Not Supported";
            case 1 -> "Not Started";
            case 2 -> "In Progress";
            case 3 -> "Completed";
            default -> unknown(code);
        };
    }

    private static String unknown(int code) {
        return "unknown (" + code + ")";
    }
}
