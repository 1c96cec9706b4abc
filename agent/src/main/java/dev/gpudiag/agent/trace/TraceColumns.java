package dev.gpudiag.agent.trace;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which column of a CSV line is what: from its heading, or from what stands there where there is none. */
final class TraceColumns {

    private static final Pattern HEADING = Pattern.compile("([^\\[]*?)\\s*(?:\\[([^\\]]*)])?");
    private static final Pattern UUID = Pattern.compile("(GPU|MIG)-[0-9A-Fa-f-]{4,90}.*");
    private static final Pattern PCI = Pattern.compile("([0-9A-Fa-f]{4,8}:)?[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\\.[0-7]");
    private static final Pattern WHOLE = Pattern.compile("\\d{1,18}");

    private final Map<Role, Integer> places;
    private final List<String> units;

    /** What a column holds; of several that name a GPU the first in this order counts. */
    enum Role {
        TIME,
        UUID,
        PCI,
        INDEX,
        SERIAL,
        NAME,
        PID,
        PROCESS,
        USED,
        TOTAL,
        UTILIZATION
    }

    private TraceColumns(Map<Role, Integer> places, List<String> units) {
        this.places = places;
        this.units = units;
    }

    /** The columns that a heading names; empty for a line that is none. */
    static Optional<TraceColumns> ofHeading(List<String> cells) {
        Map<Role, Integer> places = new EnumMap<>(Role.class);
        List<String> units = new ArrayList<>();
        for (int i = 0; i < cells.size(); i++) {
            Matcher matcher = HEADING.matcher(cells.get(i));
            String name = matcher.matches() ? matcher.group(1).toLowerCase(Locale.ROOT) : "";
            String unit = matcher.matches() && matcher.group(2) != null ? matcher.group(2) : "";
            units.add(unit.isEmpty() ? name.endsWith("bytes") ? "B" : "MiB" : unit);
            int place = i;
            role(name).ifPresent(role -> places.putIfAbsent(role, place));
        }
        boolean heading = places.containsKey(Role.USED) || (places.containsKey(Role.TIME) && places.size() > 1);
        return heading ? Optional.of(new TraceColumns(places, units)) : Optional.empty();
    }

    private static Optional<Role> role(String heading) {
        return Optional.ofNullable(
                switch (heading) {
                    case "timestamp", "time", "seconds", "second", "epoch", "date", "t" -> Role.TIME;
                    case "uuid", "gpu_uuid" -> Role.UUID;
                    case "pci.bus_id", "gpu_bus_id", "pci_bus_id", "gpu_bdf", "bus_id" -> Role.PCI;
                    case "index", "gpu", "gpu_index", "gpu_id" -> Role.INDEX;
                    case "serial", "gpu_serial" -> Role.SERIAL;
                    case "name", "gpu_name" -> Role.NAME;
                    case "pid", "process_id" -> Role.PID;
                    case "process_name" -> Role.PROCESS;
                    case "memory.used",
                            "used_gpu_memory",
                            "used_memory",
                            "used_bytes",
                            "memory_used_bytes",
                            "memory_used" -> Role.USED;
                    case "memory.total", "total_bytes", "memory_total_bytes" -> Role.TOTAL;
                    case "utilization.gpu" -> Role.UTILIZATION;
                    default -> null;
                });
    }

    /** The columns of a line without a heading, where its values leave no doubt. */
    static Optional<TraceColumns> guess(List<String> cells) {
        Map<Role, Integer> places = new EnumMap<>(Role.class);
        List<Integer> numbers = new ArrayList<>();
        List<Integer> amounts = new ArrayList<>();
        for (int i = 0; i < cells.size(); i++) {
            String cell = cells.get(i);
            if (TraceTime.isDate(cell)) {
                places.putIfAbsent(Role.TIME, i);
            } else if (UUID.matcher(cell).matches()) {
                places.putIfAbsent(Role.UUID, i);
            } else if (PCI.matcher(cell).matches()) {
                places.putIfAbsent(Role.PCI, i);
            } else if (TraceAmount.hasUnit(cell)) {
                amounts.add(i);
            } else if (WHOLE.matcher(cell).matches()) {
                numbers.add(i);
            } else if (cell.endsWith("%")) {
                places.putIfAbsent(Role.UTILIZATION, i);
            }
        }
        String unit = "MiB";
        if (places.isEmpty() && isPlain(cells)) {
            places.putAll(Map.of(Role.TIME, 0, Role.INDEX, 1, Role.PID, 2, Role.USED, 3));
            unit = "B";
        } else if (amounts.size() == 1 && numbers.size() < 2) {
            places.put(Role.USED, amounts.getFirst());
            numbers.forEach(place -> places.put(places.containsKey(Role.UUID) ? Role.PID : Role.INDEX, place));
        } else if (amounts.isEmpty() && numbers.size() == 1 && hasGpu(places)) {
            places.put(Role.USED, numbers.getFirst());
        } else if (amounts.isEmpty() && numbers.size() == 2 && numbers.get(0) < numbers.get(1)) {
            places.put(places.containsKey(Role.UUID) ? Role.PID : Role.INDEX, numbers.get(0));
            places.put(Role.USED, numbers.get(1));
        }
        boolean complete = places.containsKey(Role.TIME) && places.containsKey(Role.USED);
        return complete ? Optional.of(new TraceColumns(places, nCopies(cells.size(), unit))) : Optional.empty();
    }

    private static List<String> nCopies(int size, String unit) {
        return java.util.Collections.nCopies(size, unit);
    }

    /** {@code seconds,gpu,pid,used_bytes}. */
    private static boolean isPlain(List<String> cells) {
        return cells.size() == 4
                && TraceTime.parse(cells.get(0)).isPresent()
                && !cells.get(1).isEmpty()
                && (WHOLE.matcher(cells.get(2)).matches() || TraceAmount.isAbsent(cells.get(2)))
                && WHOLE.matcher(cells.get(3)).matches();
    }

    private static boolean hasGpu(Map<Role, Integer> places) {
        return places.containsKey(Role.UUID) || places.containsKey(Role.PCI);
    }

    int size() {
        return units.size();
    }

    boolean has(Role role) {
        return places.containsKey(role);
    }

    Optional<Integer> place(Role role) {
        return Optional.ofNullable(places.get(role));
    }

    Optional<String> cell(List<String> cells, Role role) {
        return place(role).filter(place -> place < cells.size()).map(cells::get);
    }

    OptionalDouble seconds(List<String> cells) {
        return cell(cells, Role.TIME).map(TraceTime::parse).orElse(OptionalDouble.empty());
    }

    OptionalLong bytes(List<String> cells, Role role) {
        return cell(cells, role)
                .map(text -> TraceAmount.bytes(text, units.get(places.get(role))))
                .orElse(OptionalLong.empty());
    }

    /** Whether two GPUs of a node can have the same name in this trace. */
    boolean namesAreShared() {
        return !has(Role.UUID) && !has(Role.PCI) && !has(Role.INDEX) && !has(Role.SERIAL);
    }

    Optional<String> gpu(List<String> cells) {
        for (Role role : List.of(Role.UUID, Role.PCI, Role.INDEX, Role.SERIAL, Role.NAME)) {
            Optional<String> cell = cell(cells, role).filter(text -> !TraceAmount.isAbsent(text));
            if (cell.isPresent()) {
                return cell;
            }
        }
        return Optional.empty();
    }
}
