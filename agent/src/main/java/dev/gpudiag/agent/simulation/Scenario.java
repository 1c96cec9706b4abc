package dev.gpudiag.agent.simulation;

import static dev.gpudiag.checks.Setting.parseDuration;

import dev.gpudiag.checks.Baseline;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A scenario of the simulated driver, without the answers that only the simulated library reads.
 *
 * @param name name of the file without {@code .scenario}
 * @param file where it lies, absolute, for the simulated library
 * @param title one sentence of what is wrong on this node
 * @param symbols which symbols the library exports: {@code all}, {@code 535} or {@code 470}
 * @param expect verdict that tests hold gpudiag to
 * @param driverVersion as NVML says it
 * @param containers to which the kubelet has given GPUs; none on a node without a kubelet
 * @param host the host around it
 * @param history how much past the scenario brings
 * @param kernelLog what its kernel writes, in the order of time
 * @param files what it says of files of the host, beside those that follow from the rest
 * @param baselineAge how long ago the node was saved as a baseline; empty where it was not
 */
public record Scenario(
        String name,
        Path file,
        String title,
        String symbols,
        Optional<String> expect,
        Optional<String> driverVersion,
        List<SimulatedGpu> gpus,
        List<SimulatedProcess> processes,
        List<SimulatedContainer> containers,
        HostLayout host,
        Optional<History> history,
        List<KernelLine> kernelLog,
        List<HostFile> files,
        Optional<Duration> baselineAge) {

    static final String SUFFIX = ".scenario";
    private static final int GPU_LIMIT = 32;
    private static final Pattern GPUS = Pattern.compile("(\\d{1,3})(?:\\.\\.(\\d{1,3}))?");
    private static final Pattern PROCESS = Pattern.compile("(\\d{1,3}):(\\d{1,10})");
    private static final Pattern SYMBOLS = Pattern.compile("all|535|470");
    private static final Pattern VERDICTS = Pattern.compile("OK|INFO|WARNING|CRITICAL|UNKNOWN|SKIPPED");
    private static final Pattern VERSION = Pattern.compile("\\d{1,4}(\\.\\d{1,4}){1,3}");

    public Scenario {
        gpus = List.copyOf(gpus);
        processes = List.copyOf(processes);
        containers = List.copyOf(containers);
        kernelLog = List.copyOf(kernelLog);
        files = List.copyOf(files);
    }

    /** Samples before the scenario begins: one every {@code interval}, over {@code span}. */
    public record History(Duration span, Duration interval) {}

    /**
     * The scenario in {@code file}.
     *
     * @throws ScenarioException with file and line of what is wrong
     */
    public static Scenario read(Path file) {
        List<ScenarioSection> sections = ScenarioText.read(file);
        String fileName = String.valueOf(file.getFileName());
        String name = fileName.endsWith(SUFFIX) ? fileName.substring(0, fileName.length() - SUFFIX.length()) : fileName;
        ScenarioSection scenario = merged(sections, fileName, "scenario");
        scenario.allow(List.of("title", "symbols", "expect", "baseline"));
        Optional<String> driver =
                merged(sections, fileName, "driver").get("version", VERSION, "a driver version such as 550.54.15");
        List<SimulatedGpu> gpus = gpus(sections, fileName);
        return new Scenario(
                name,
                file.toAbsolutePath().normalize(),
                scenario.get("title").orElse(name),
                scenario.get("symbols", SYMBOLS, "all, 535 or 470").orElse("all"),
                scenario.get("expect", VERDICTS, "a status in capitals, such as CRITICAL"),
                driver,
                gpus,
                processes(sections, gpus.size()),
                sections.stream()
                        .filter(section -> section.kind().equals("container"))
                        .map(section -> SimulatedContainer.of(section, gpus.size()))
                        .toList(),
                new HostSection(merged(sections, fileName, "host"), gpus).layout(driver, name),
                history(merged(sections, fileName, "history")),
                KernelLogSection.lines(merged(sections, fileName, "kernel_log")),
                files(sections, gpus),
                duration(scenario, "baseline"));
    }

    /** What was saved of the node when it was well, {@code baseline} before {@code present}. */
    public Optional<Baseline> baseline(Instant present) {
        return baselineAge.map(age -> new Baseline(
                present.minus(age),
                Map.of(),
                gpus.stream().map(SimulatedGpu::remembered).toList()));
    }

    private static List<HostFile> files(List<ScenarioSection> sections, List<SimulatedGpu> gpus) {
        List<HostFile> files = new ArrayList<>();
        for (ScenarioSection section : sections) {
            switch (section.kind()) {
                case "file" -> files.add(FileSection.read(section));
                case "infiniband" -> files.addAll(InfinibandSection.read(section));
                case "pcie" -> files.addAll(PcieSection.read(section, gpus));
                default -> {
                    continue;
                }
            }
        }
        return files;
    }

    /** All sections of a kind as one. */
    private static ScenarioSection merged(List<ScenarioSection> sections, String file, String kind) {
        ScenarioSection merged = new ScenarioSection(file, kind, 0);
        sections.stream().filter(section -> section.kind().equals(kind)).forEach(merged::putAll);
        return merged;
    }

    private static List<SimulatedGpu> gpus(List<ScenarioSection> sections, String file) {
        Map<String, String> defaults = new HashMap<>();
        TreeMap<Integer, Map<String, String>> gpus = new TreeMap<>();
        for (ScenarioSection section : sections) {
            if (section.kind().equals("gpu") && section.argument().equals("*")) {
                section.keys().forEach(key -> defaults.put(key, section.get(key).orElseThrow()));
            } else if (section.kind().equals("gpu")) {
                override(gpus, section);
            }
        }
        for (int index = 0; index < gpus.size(); index++) {
            if (!gpus.containsKey(index)) {
                throw new ScenarioException(
                        file + ": [gpu " + index + "] is missing: GPUs are numbered without a hole");
            }
        }
        List<SimulatedGpu> all = new ArrayList<>();
        gpus.forEach((index, own) -> {
            Map<String, String> keys = new HashMap<>(defaults);
            keys.putAll(own);
            keys.replaceAll((key, value) -> SimulatedGpu.expand(value, index));
            all.add(new SimulatedGpu(index, keys));
        });
        return all;
    }

    private static void override(TreeMap<Integer, Map<String, String>> gpus, ScenarioSection section) {
        Matcher range = GPUS.matcher(section.argument());
        if (!range.matches()) {
            throw section.wrong("[gpu " + section.argument() + "]: not [gpu *], [gpu 3] or [gpu 0..7]");
        }
        int first = Integer.parseInt(range.group(1));
        int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
        if (last < first || last >= GPU_LIMIT) {
            throw section.wrong("[gpu " + section.argument() + "]: not a range within 0.." + (GPU_LIMIT - 1));
        }
        boolean misplaced = section.get("pci_bus_id")
                .filter(text ->
                        SimulatedGpu.address(SimulatedGpu.expand(text, first)).isEmpty())
                .isPresent();
        if (misplaced) {
            throw section.wrong("pci_bus_id", "not a PCI address such as 0000:65:00.0");
        }
        for (int index = first; index <= last; index++) {
            Map<String, String> own = gpus.computeIfAbsent(index, key -> new HashMap<>());
            section.keys().forEach(key -> own.put(key, section.get(key).orElseThrow()));
        }
    }

    private static List<SimulatedProcess> processes(List<ScenarioSection> sections, int gpuCount) {
        List<SimulatedProcess> processes = new ArrayList<>();
        for (ScenarioSection section : sections) {
            if (!section.kind().equals("process")) {
                continue;
            }
            Matcher place = PROCESS.matcher(section.argument());
            if (!place.matches()) {
                throw section.wrong("[process " + section.argument() + "]: not GPU:PID such as 0:4711");
            }
            int gpu = Integer.parseInt(place.group(1));
            if (gpu >= gpuCount) {
                throw section.wrong("[process " + section.argument() + "]: there is no GPU " + gpu);
            }
            long pid = Long.parseLong(place.group(2));
            processes.add(new SimulatedProcess(gpu, pid, section.get("name"), workload(sections, section, pid)));
        }
        sections.stream()
                .filter(section ->
                        section.kind().equals("workload") && !section.argument().equals("*"))
                .filter(section -> processes.stream()
                        .noneMatch(process -> String.valueOf(process.pid()).equals(section.argument())))
                .findFirst()
                .ifPresent(section -> {
                    throw section.wrong("[workload " + section.argument() + "]: neither * nor the pid of a process");
                });
        return processes;
    }

    /** What {@code [workload *]} says, and {@code [workload PID]} changes of it. */
    private static SimulatedWorkload workload(List<ScenarioSection> sections, ScenarioSection process, long pid) {
        ScenarioSection merged = process.empty("workload");
        for (String argument : List.of("*", String.valueOf(pid))) {
            sections.stream()
                    .filter(section -> section.kind().equals("workload"))
                    .filter(section -> section.argument().equals(argument))
                    .forEach(merged::putAll);
        }
        return SimulatedWorkload.of(merged);
    }

    private static Optional<History> history(ScenarioSection section) {
        section.allow(List.of("span", "interval"));
        Optional<Duration> span = duration(section, "span");
        return span.map(
                length -> new History(length, duration(section, "interval").orElse(Duration.ofMinutes(1))));
    }

    private static Optional<Duration> duration(ScenarioSection section, String key) {
        try {
            return section.get(key).map(text -> {
                Duration duration = parseDuration(text);
                if (duration.isZero()) {
                    throw new IllegalArgumentException("must be longer than 0s");
                }
                return duration;
            });
        } catch (IllegalArgumentException e) {
            throw section.wrong(key, e.getMessage());
        }
    }
}
