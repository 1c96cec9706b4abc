package dev.gpudiag.checks.cuda;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which driver branches run which GPUs.
 *
 * <p>As of 2026-11, from NVIDIA's CUDA release notes (first branches, R580 as the last for Maxwell to Volta), its list
 * of legacy branches (R390, R470), and the device ids of its open kernel modules. A branch or GPU that is newer than
 * this table is not held against anything.
 *
 * @param architecture name
 * @param capabilityFrom least CUDA compute capability, times ten
 * @param capabilityTo greatest, times ten
 * @param devicesFrom least PCI device id
 * @param devicesTo greatest
 * @param firstBranch first driver branch that runs it
 * @param lastBranch last one, empty while it is supported
 */
public record DriverSupport(
        String architecture,
        int capabilityFrom,
        int capabilityTo,
        int devicesFrom,
        int devicesTo,
        int firstBranch,
        OptionalInt lastBranch) {

    /** The open kernel modules drive GPUs with a GSP only, which came with Turing. */
    static final int OPEN_FLAVOUR_FROM_CAPABILITY = 75;

    /** Blackwell runs on the open kernel modules only. */
    static final int OPEN_FLAVOUR_ONLY_FROM_CAPABILITY = 100;

    private static final List<DriverSupport> TABLE = List.of(
            until("Kepler", 30, 37, 0x0fc0, 0x103f, 304, 470),
            until("Kepler", 30, 37, 0x1180, 0x11ff, 304, 470),
            until("Kepler", 30, 37, 0x1280, 0x12ff, 304, 470),
            until("Maxwell", 50, 53, 0x1340, 0x14ff, 331, 580),
            until("Maxwell", 50, 53, 0x1600, 0x17ff, 331, 580),
            until("Pascal", 60, 62, 0x15f0, 0x15ff, 367, 580),
            until("Pascal", 60, 62, 0x1b00, 0x1d7f, 367, 580),
            until("Volta", 70, 72, 0x1d80, 0x1dff, 384, 580),
            from("Turing", 75, 75, 0x1e00, 0x1fff, 410),
            from("Turing", 75, 75, 0x2180, 0x21ff, 410),
            from("Ampere", 80, 80, 0x2080, 0x20ff, 450),
            from("Ampere", 86, 86, 0x2200, 0x22ff, 455),
            from("Ampere", 86, 86, 0x2480, 0x25ff, 455),
            from("Ampere", 87, 88, 0, -1, 470), // Jetson, which has no device id on the bus
            from("Hopper", 90, 90, 0x2300, 0x23ff, 520),
            from("Ada", 89, 89, 0x2680, 0x28ff, 520),
            from("Blackwell", 100, 103, 0x2900, 0x29ff, 570),
            from("Blackwell", 110, 110, 0, -1, 580), // Jetson
            from("Blackwell", 120, 121, 0x2b80, 0x2dff, 570));

    private static final Pattern CAPABILITY = Pattern.compile("(\\d{1,3})\\.(\\d)");
    private static final Pattern BRANCH = Pattern.compile("(\\d{2,4})(\\..*)?");

    private static DriverSupport from(String name, int least, int greatest, int first, int last, int branch) {
        return new DriverSupport(name, least, greatest, first, last, branch, OptionalInt.empty());
    }

    private static DriverSupport until(
            String name, int least, int greatest, int first, int last, int branch, int lastBranch) {
        return new DriverSupport(name, least, greatest, first, last, branch, OptionalInt.of(lastBranch));
    }

    public static Optional<DriverSupport> ofCapability(String capability) {
        OptionalInt tenfold = tenfold(capability);
        return tenfold.isEmpty()
                ? Optional.empty()
                : TABLE.stream()
                        .filter(row ->
                                row.capabilityFrom <= tenfold.getAsInt() && tenfold.getAsInt() <= row.capabilityTo)
                        .findFirst();
    }

    public static Optional<DriverSupport> ofDevice(int deviceId) {
        return TABLE.stream()
                .filter(row -> row.devicesFrom <= deviceId && deviceId <= row.devicesTo)
                .findFirst();
    }

    /** 9.0 as 90; empty for text that is no compute capability. */
    public static OptionalInt tenfold(String capability) {
        Matcher matcher = CAPABILITY.matcher(capability.strip());
        return matcher.matches()
                ? OptionalInt.of(Integer.parseInt(matcher.group(1)) * 10 + Integer.parseInt(matcher.group(2)))
                : OptionalInt.empty();
    }

    /** The branch of a driver version: 535 of {@code 535.183.01}; empty for text that is no version. */
    public static OptionalInt branch(String version) {
        Matcher matcher = BRANCH.matcher(version.strip());
        return matcher.matches() ? OptionalInt.of(Integer.parseInt(matcher.group(1))) : OptionalInt.empty();
    }

    /** Why a driver of this version cannot run such a GPU; empty when it can, or when the version says nothing. */
    public Optional<String> refusal(String version) {
        OptionalInt branch = branch(version);
        if (branch.isEmpty()) {
            return Optional.empty();
        }
        if (branch.getAsInt() < firstBranch) {
            return Optional.of("driver " + version + " is too old for " + architecture + ", which needs R" + firstBranch
                    + " or newer");
        }
        if (lastBranch.isPresent() && branch.getAsInt() > lastBranch.getAsInt()) {
            return Optional.of("driver " + version + " no longer runs " + architecture + ", whose last branch is R"
                    + lastBranch.getAsInt());
        }
        return Optional.empty();
    }

    /** Why a kernel module of this flavour cannot run such a GPU. */
    public Optional<String> flavourRefusal(String flavour) {
        if (flavour.equals("open") && capabilityTo < OPEN_FLAVOUR_FROM_CAPABILITY) {
            return Optional.of("the open kernel module does not run " + architecture + ", which has no GSP");
        }
        if (flavour.equals("proprietary") && capabilityFrom >= OPEN_FLAVOUR_ONLY_FROM_CAPABILITY) {
            return Optional.of("the proprietary kernel module does not run " + architecture + "; the open one does");
        }
        return Optional.empty();
    }

    /** What an operator installs instead. */
    public String remedy() {
        return lastBranch.isPresent()
                ? "install a driver of branch R" + lastBranch.getAsInt() + " or older, or replace the GPU"
                : "install a driver of branch R" + firstBranch + " or newer";
    }
}
