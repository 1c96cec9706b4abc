package dev.gpudiag.checks.catalog;

import static dev.gpudiag.telemetry.GpuQuantities.DISPLAY_ACTIVE;
import static dev.gpudiag.telemetry.GpuQuantities.DRIVER_MODEL;
import static dev.gpudiag.telemetry.GpuQuantities.GSP_FIRMWARE_VERSION;
import static dev.gpudiag.telemetry.GpuQuantities.PERSISTENCE_MODE;
import static dev.gpudiag.telemetry.GpuQuantities.VGPU_LICENSED;
import static dev.gpudiag.telemetry.GpuQuantities.VGPU_LICENSE_EXPIRY;
import static dev.gpudiag.telemetry.GpuQuantities.VGPU_PRODUCT;
import static dev.gpudiag.telemetry.GpuQuantities.VIRTUALIZATION_MODE;

import dev.gpudiag.checks.Finding;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.Subject;
import dev.gpudiag.checks.cuda.DriverSupport;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What of the driver's installation shows on one GPU: GSP firmware, persistence, virtual GPU. */
record GpuInstall(GpuSample gpu, DriverFacts facts) {

    private static final Pattern FOR_DESKTOPS = Pattern.compile("(?i).*\\b(geforce|rtx|gtx|quadro|titan|nvs|gt)\\b.*");
    private static final Pattern VERSION = Pattern.compile("\\d{2,4}\\.\\d{1,4}(\\.\\d{1,4})?");

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        gspVersion().or(this::gspOnDisk).ifPresent(findings::add);
        persistence().ifPresent(findings::add);
        virtual().ifPresent(findings::add);
        return findings;
    }

    /** Empty where no firmware runs: older chips and older drivers work without. */
    private Optional<String> firmware() {
        return gpu.value(GSP_FIRMWARE_VERSION)
                .filter(text -> VERSION.matcher(text).matches());
    }

    private Optional<Finding> gspVersion() {
        Optional<String> driver = facts.moduleVersion();
        return firmware()
                .filter(version -> driver.isPresent() && !driver.get().equals(version))
                .map(version -> Finding.builder(
                                sameBranch(version, driver.orElseThrow()) ? Status.INFO : Status.WARNING,
                                Subject.gpu(gpu.identity()),
                                "GSP firmware " + version + " runs under driver " + driver.orElseThrow())
                        .rule("drv.gsp")
                        .limit("equal versions")
                        .why("Firmware and driver are made for each other; a mix ends in time-outs (Xid 119).")
                        .action("install the firmware of the driver's version, then reload the driver or reboot")
                        .proof(GSP_FIRMWARE_VERSION, gpu.get(GSP_FIRMWARE_VERSION))
                        .proof("driver version", driver.orElseThrow())
                        .build());
    }

    /** Within a branch the interface of the firmware hardly changes, and the driver itself refuses what does not fit. */
    private static boolean sameBranch(String firmware, String driver) {
        return DriverSupport.branch(firmware).equals(DriverSupport.branch(driver));
    }

    /** The firmware runs from memory; on disk there is none for this driver, although there is for others. */
    private Optional<Finding> gspOnDisk() {
        Reading<String> onDisk = facts.state().get(HostQuantities.GSP_FIRMWARE_ON_DISK);
        Optional<String> driver =
                facts.text(HostQuantities.MODULE_ON_DISK_VERSION).or(facts::moduleVersion);
        boolean missing = firmware().isPresent()
                && driver.isPresent()
                && onDisk.isPresent()
                && !List.of(onDisk.value().orElseThrow().split(", ", -1)).contains(driver.get());
        return missing
                ? Optional.of(Finding.builder(
                                Status.WARNING,
                                Subject.gpu(gpu.identity()),
                                "no GSP firmware on disk for driver " + driver.get() + ", only for "
                                        + onDisk.value().orElseThrow())
                        .rule("drv.gsp")
                        .why("The GPU runs with firmware now; the next load of the driver will not find it.")
                        .action("install the firmware package of driver " + driver.get())
                        .proof(HostQuantities.GSP_FIRMWARE_ON_DISK, onDisk)
                        .proof(GSP_FIRMWARE_VERSION, gpu.get(GSP_FIRMWARE_VERSION))
                        .build())
                : Optional.empty();
    }

    private Optional<Finding> persistence() {
        boolean off = gpu.value(PERSISTENCE_MODE).filter(on -> !on).isPresent();
        boolean forDesktops = gpu.identity()
                .name()
                .filter(name -> !FOR_DESKTOPS.matcher(name).matches())
                .isEmpty();
        boolean excused = facts.inContainer()
                || forDesktops
                || isVirtual()
                || gpu.value(DRIVER_MODEL).isPresent()
                || gpu.value(DISPLAY_ACTIVE).orElse(false)
                || facts.state()
                        .get(HostQuantities.PERSISTENCED_RUNNING)
                        .value()
                        .orElse(false);
        return off && !excused
                ? Optional.of(Finding.builder(Status.INFO, Subject.gpu(gpu.identity()), "persistence mode is off")
                        .rule("drv.persistence")
                        .why("Whenever the last program lets go of the GPU it is shut down: the next start takes"
                                + " seconds, and settings and volatile counters are lost.")
                        .action("systemctl enable --now nvidia-persistenced")
                        .proof(PERSISTENCE_MODE, gpu.get(PERSISTENCE_MODE))
                        .proof(
                                HostQuantities.PERSISTENCED_RUNNING,
                                facts.state().get(HostQuantities.PERSISTENCED_RUNNING))
                        .build())
                : Optional.empty();
    }

    private boolean isVirtual() {
        return gpu.value(VIRTUALIZATION_MODE).filter("VGPU"::equals).isPresent();
    }

    private Optional<Finding> virtual() {
        if (!isVirtual()) {
            return Optional.empty();
        }
        boolean unlicensed = !gpu.value(VGPU_LICENSED).orElse(true);
        return Optional.of(Finding.builder(
                        unlicensed ? Status.WARNING : Status.INFO,
                        Subject.gpu(gpu.identity()),
                        "is a virtual GPU (vGPU), " + license())
                .rule("drv.vgpu")
                .why("Temperature, power, PCIe and page repair belong to the host and are not told here; without a"
                        + " licence it slows down after a while.")
                .action("look at the licence: nvidia-smi -q | grep -i licen; systemctl status nvidia-gridd")
                .action("check that this machine reaches the licence server that its client token names")
                .proof(VIRTUALIZATION_MODE, gpu.get(VIRTUALIZATION_MODE))
                .proof(VGPU_LICENSED, gpu.get(VGPU_LICENSED))
                .build());
    }

    private String license() {
        String product = gpu.value(VGPU_PRODUCT).filter(name -> !name.isBlank()).orElse("its product");
        return gpu.value(VGPU_LICENSED)
                .map(licensed -> licensed
                        ? product + " is licensed"
                                + gpu.value(VGPU_LICENSE_EXPIRY)
                                        .map(expiry -> " until " + expiry)
                                        .orElse("")
                        : product + " is not licensed")
                .orElse("licence not known");
    }
}
