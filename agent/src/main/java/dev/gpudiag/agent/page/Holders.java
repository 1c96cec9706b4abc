package dev.gpudiag.agent.page;

import dev.gpudiag.agent.report.FindingGroup;
import dev.gpudiag.checks.Status;
import dev.gpudiag.telemetry.ComputeProcess;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.GpuSample;
import dev.gpudiag.telemetry.NodeSample;
import dev.gpudiag.telemetry.Workload;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The processes that hold GPUs, from what the driver lists and what the host shows, and who they work for.
 *
 * @param processes most memory first
 */
record Holders(List<Holder> processes) {

    /** Owners that one problem names. */
    private static final int NAMED = 5;

    private static final String DEVICE = "/dev/nvidia";

    private static final Pattern GPU_NODE = Pattern.compile("/dev/nvidia[0-9]{1,4}");

    Holders {
        processes = List.copyOf(processes);
    }

    /**
     * All that one owner holds.
     *
     * @param bytes empty where none of its processes tells
     */
    record Share(
            String owner,
            NavigableSet<Integer> gpus,
            NavigableSet<String> devices,
            OptionalLong bytes,
            List<Holder> processes) {

        /** {@code pod default/trainer-0 (main): 2 processes, 35.3 GiB}. */
        String describe() {
            String held = bytes.isPresent() ? ", " + Amounts.gibibytes((double) bytes.getAsLong()) : "";
            String who = processes.size() == 1
                    ? processes.getFirst().name().orElse("process") + " (pid "
                            + processes.getFirst().pid() + ")"
                    : processes.size() + " processes";
            return owner + ": " + who + held;
        }
    }

    static Holders of(NodeSample sample) {
        Map<Long, Map<Integer, OptionalLong>> listed = new TreeMap<>();
        Map<Long, String> names = new HashMap<>();
        for (GpuSample gpu : sample.gpus()) {
            for (ComputeProcess process : gpu.processes().value().orElse(List.of())) {
                OptionalLong bytes =
                        process.usedMemoryBytes().value().map(OptionalLong::of).orElse(OptionalLong.empty());
                // one context shows in the compute, the graphics and the MPS list, and in each MIG device by itself
                listed.computeIfAbsent(process.pid(), pid -> new TreeMap<>())
                        .merge(gpu.identity().index(), bytes, Holders::larger);
                process.name().ifPresent(name -> names.put(process.pid(), name));
            }
        }
        Map<Long, GpuHolder> seen = new TreeMap<>();
        sample.host().holders().value().orElse(List.of()).forEach(holder -> seen.put(holder.pid(), holder));
        NavigableSet<Long> pids = new TreeSet<>(listed.keySet());
        pids.addAll(seen.keySet());
        Map<String, Integer> devices = devices(sample);
        return new Holders(pids.stream()
                .map(pid -> holder(
                        pid,
                        listed.getOrDefault(pid, Map.of()),
                        Optional.ofNullable(names.get(pid)),
                        Optional.ofNullable(seen.get(pid)),
                        devices))
                .sorted(Comparator.comparingLong(
                                (Holder holder) -> holder.bytes().orElse(-1))
                        .reversed())
                .toList());
    }

    private static OptionalLong larger(OptionalLong one, OptionalLong other) {
        return one.orElse(-1) >= other.orElse(-1) ? one : other;
    }

    private static Map<String, Integer> devices(NodeSample sample) {
        Map<String, Integer> devices = new HashMap<>();
        for (GpuSample gpu : sample.gpus()) {
            gpu.value(GpuQuantities.MINOR_NUMBER)
                    .ifPresent(
                            minor -> devices.put(DEVICE + minor, gpu.identity().index()));
        }
        return devices;
    }

    private static Holder holder(
            long pid,
            Map<Integer, OptionalLong> listed,
            Optional<String> name,
            Optional<GpuHolder> seen,
            Map<String, Integer> devices) {
        NavigableSet<Integer> gpus = new TreeSet<>(listed.keySet());
        NavigableSet<String> nodes = new TreeSet<>();
        for (String node : seen.flatMap(holder -> holder.openDevices().value()).orElse(List.of())) {
            if (devices.containsKey(node)) {
                gpus.add(devices.get(node));
            } else if (GPU_NODE.matcher(node).matches()) {
                nodes.add(node);
            }
        }
        List<OptionalLong> known =
                listed.values().stream().filter(OptionalLong::isPresent).toList();
        return new Holder(
                pid,
                name.or(() -> seen.flatMap(holder -> holder.command().value())),
                seen.flatMap(holder -> holder.user().value()),
                seen.flatMap(GpuHolder::knownWorkload).map(Workload::describe),
                gpus,
                nodes,
                known.isEmpty()
                        ? OptionalLong.empty()
                        : OptionalLong.of(known.stream()
                                .mapToLong(OptionalLong::getAsLong)
                                .sum()));
    }

    /** By owner, most memory first. */
    List<Share> shares() {
        return shares(processes);
    }

    private static List<Share> shares(List<Holder> holders) {
        Map<String, List<Holder>> byOwner = new LinkedHashMap<>();
        holders.forEach(holder -> byOwner.computeIfAbsent(holder.owner(), owner -> new ArrayList<>())
                .add(holder));
        return byOwner.entrySet().stream()
                .map(entry -> share(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingLong((Share share) -> share.bytes().orElse(-1))
                        .reversed())
                .toList();
    }

    private static Share share(String owner, List<Holder> holders) {
        NavigableSet<Integer> gpus = holders.stream()
                .flatMap(holder -> holder.gpus().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        NavigableSet<String> devices = holders.stream()
                .flatMap(holder -> holder.devices().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        List<Holder> telling =
                holders.stream().filter(holder -> holder.bytes().isPresent()).toList();
        OptionalLong bytes = telling.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(telling.stream()
                        .mapToLong(holder -> holder.bytes().getAsLong())
                        .sum());
        return new Share(owner, gpus, devices, bytes, holders);
    }

    /** Who works on the GPUs that a problem is about, or on any where it is about the node; empty for lesser matters. */
    List<String> hitBy(FindingGroup problem) {
        boolean node = problem.gpus().isEmpty();
        if (problem.status() == Status.UNKNOWN || (node && problem.status() != Status.CRITICAL)) {
            return List.of();
        }
        List<Share> hit = shares(processes.stream()
                .filter(holder -> node || holder.gpus().stream().anyMatch(problem.gpus()::contains))
                .toList());
        List<String> lines = new ArrayList<>();
        hit.stream().limit(NAMED).map(Share::describe).forEach(lines::add);
        if (hit.size() > NAMED) {
            lines.add("and " + (hit.size() - NAMED) + " more");
        }
        return lines;
    }
}
