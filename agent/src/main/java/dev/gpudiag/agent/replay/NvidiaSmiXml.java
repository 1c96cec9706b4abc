package dev.gpudiag.agent.replay;

import dev.gpudiag.telemetry.DriverState;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import dev.gpudiag.telemetry.SampleSource;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads the output of {@code nvidia-smi -q -x}, whatever its schema: from before version 2 (2011) to version 13.
 *
 * <p>The schema's version is not looked at, since drivers of one version differ more than those of two: each quantity is
 * looked for wherever any schema has it ({@link GpuTable}). The time stamp has no zone; it is taken for UTC. Thread-safe.
 */
public final class NvidiaSmiXml {

    static final String SOURCE = "nvidia-smi -q -x";
    static final List<String> HOST_PATHS =
            List.of("timestamp", "driver_version", "cuda_version", "attached_gpus", "error_string");

    private static final String ATTACHED = "attached_gpus";

    private static final String NOT_HELD = "a nvidia-smi capture does not hold it";
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("MMM d HH:mm:ss uuuu", Locale.ENGLISH);

    private final KnownElements known = KnownElements.load();

    /**
     * What a capture holds.
     *
     * @param unknownElements paths below the root that gpudiag neither reads nor leaves out on purpose
     * @param warnings what is odd about the capture, one sentence each
     */
    public record Result(NodeSample sample, List<String> unknownElements, List<String> warnings) {
        public Result {
            unknownElements = List.copyOf(unknownElements);
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * Reads one capture; nobody says that nvidia-smi complained beside it.
     *
     * @param file its name, for messages and as the sample's source
     * @param xml its text from the XML declaration or root element on
     * @param otherwise when it was taken, where its time stamp is missing or cannot be read
     */
    public Result read(String file, String xml, Instant otherwise) throws ReplayException {
        return read(file, xml, otherwise, Optional.empty());
    }

    /** @param complaint the line beside the XML that says that a GPU could not be opened */
    Result read(String file, String xml, Instant otherwise, Optional<String> complaint) throws ReplayException {
        Element log = new CaptureParser(file, known::isSkipped).parse(xml);
        List<String> warnings = new ArrayList<>();
        Instant takenAt = takenAt(log, warnings::add).orElse(otherwise);
        List<GpuSample> gpus = gpus(log, takenAt, warnings::add);
        complaint.ifPresent(warnings::add);
        DriverState driver = driver(log, gpus, complaint.isPresent(), warnings::add);
        SampleSource source = new SampleSource(SampleSource.Kind.REPLAYED, file);
        return new Result(new NodeSample(takenAt, source, driver, gpus), known.unknownIn(log), warnings);
    }

    private static Optional<Instant> takenAt(Element log, Consumer<String> warnings) {
        Optional<String> text = log.find("timestamp").map(Element::text);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        // without the day of the week, which an edited capture may have wrong
        String date = text.get().replaceAll("\\s+", " ").replaceFirst("^\\D+? ", "");
        try {
            return Optional.of(LocalDateTime.parse(date, TIMESTAMP).toInstant(ZoneOffset.UTC));
        } catch (DateTimeParseException e) {
            warnings.accept("the time stamp '" + text.get() + "' cannot be read; the file's own time is taken");
            return Optional.empty();
        }
    }

    private static List<GpuSample> gpus(Element log, Instant takenAt, Consumer<String> warnings) {
        GpuReader reader = new GpuReader(warnings);
        List<GpuSample> gpus = new ArrayList<>();
        for (Element gpu : log.children("gpu")) {
            gpus.add(reader.read(gpu, gpus.size(), takenAt));
        }
        return gpus;
    }

    private static DriverState driver(
            Element log, List<GpuSample> gpus, boolean someFailed, Consumer<String> warnings) {
        Readings.Builder readings = Readings.builder();
        HostQuantities.all().forEach(quantity -> putNotHeld(quantity, readings));
        put(log, "driver_version", HostQuantities.DRIVER_VERSION, Conversion.text(), readings);
        put(log, "cuda_version", HostQuantities.CUDA_DRIVER_VERSION, Conversion.text(), readings);
        readings.put(HostQuantities.GPU_COUNT, gpuCount(log, gpus.size(), someFailed, warnings));
        Optional<String> error = log.find("error_string").map(Element::text).filter(text -> !text.isEmpty());
        error.ifPresent(text -> warnings.accept("nvidia-smi reported an error: " + text));
        Readings host = readings.build();
        return new DriverState(nvml(host, gpus, error), host, Reading.notRead(NOT_HELD), Reading.notRead(NOT_HELD));
    }

    /**
     * How many GPUs NVML counts. A capture of one GPU ({@code -i 0}), or one that was cut, holds fewer than the node has:
     * that is no fault of the node, unless nvidia-smi said that it could not open one.
     */
    private static Reading<Long> gpuCount(Element log, int held, boolean someFailed, Consumer<String> warnings) {
        Reading<Long> attached = GpuTable.row(HostQuantities.GPU_COUNT, Conversion.count(), ATTACHED)
                .read(log);
        Optional<Long> count = attached.value().filter(number -> number != held);
        if (count.isEmpty()) {
            return attached;
        }
        String detail = ATTACHED + " is " + count.get() + ", but the capture holds " + held;
        warnings.accept(detail);
        return someFailed ? attached : Reading.missing(Reason.NOT_READ, ATTACHED, detail);
    }

    private static <T> void putNotHeld(Quantity<T> quantity, Readings.Builder readings) {
        readings.put(quantity, Reading.notRead(NOT_HELD));
    }

    private static <T> void put(
            Element log, String path, Quantity<T> quantity, Conversion<T> conversion, Readings.Builder readings) {
        readings.put(quantity, GpuTable.row(quantity, conversion, path).read(log));
    }

    private static Reading<Boolean> nvml(Readings host, List<GpuSample> gpus, Optional<String> error) {
        if (!gpus.isEmpty()
                || (error.isEmpty() && host.get(HostQuantities.DRIVER_VERSION).isPresent())) {
            return Reading.of(true, SOURCE);
        }
        return error.<Reading<Boolean>>map(text -> Reading.missing(Reason.FAILED, SOURCE, text))
                .orElseGet(() -> Reading.missing(
                        Reason.NOT_READ, SOURCE, "the capture holds neither a driver version nor a GPU"));
    }
}
