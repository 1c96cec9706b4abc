package dev.gpudiag.checks.kernellog;

import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How bad an operator holds Xids to be, in place of the catalogue: {@code 13=INFO,31=WARNING}.
 *
 * @param severities by Xid
 */
public record XidOverrides(Map<Integer, Status> severities) {

    private static final int HIGHEST = 9999;
    private static final List<Status> ALLOWED = List.of(Status.OK, Status.INFO, Status.WARNING, Status.CRITICAL);
    private static final Pattern ENTRY = Pattern.compile("(\\d{1,4})\\s*=\\s*([A-Za-z]+)");

    public XidOverrides {
        severities = Map.copyOf(severities);
    }

    public static Setting<XidOverrides> setting(String key) {
        return new Setting<>(
                key,
                new XidOverrides(Map.of()),
                "",
                "XID=STATUS,... with OK, INFO, WARNING or CRITICAL",
                "how bad these Xids are here, in place of the catalogue; OK: not told at all",
                XidOverrides::parse);
    }

    /** Tells everything that is wrong at once. */
    static XidOverrides parse(String text) {
        SortedMap<Integer, Status> severities = new TreeMap<>();
        List<String> errors = new ArrayList<>();
        for (String entry : text.isBlank() ? new String[0] : text.split(",", -1)) {
            Matcher matcher = ENTRY.matcher(entry.strip());
            if (!matcher.matches()) {
                errors.add("'" + entry.strip() + "' is not of the form 13=INFO");
                continue;
            }
            int xid = Integer.parseInt(matcher.group(1));
            Optional<Status> status = ALLOWED.stream()
                    .filter(allowed -> allowed.name().equalsIgnoreCase(matcher.group(2)))
                    .findFirst();
            if (xid < 1 || xid > HIGHEST) {
                errors.add(xid + " is no Xid");
            } else if (status.isEmpty()) {
                errors.add("'" + matcher.group(2) + "' of Xid " + xid + " is none of "
                        + Arrays.toString(ALLOWED.toArray()).replaceAll("[\\[\\]]", ""));
            } else if (severities.put(xid, status.get()) != null) {
                errors.add("Xid " + xid + " is there twice");
            }
        }
        if (!errors.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", errors));
        }
        return new XidOverrides(severities);
    }

    /** What the operator says of this event; empty where the catalogue stands. */
    public Optional<Status> of(KernelEvent event) {
        return event.kind() == KernelEvent.Kind.XID
                ? Optional.ofNullable(severities.get(event.code().orElseThrow()))
                : Optional.empty();
    }

    /** The event as bad as the operator holds it to be; empty for one that is not to be told. */
    public Optional<KernelEvent> applyTo(KernelEvent event) {
        return Optional.of(of(event).map(event::withSeverity).orElse(event))
                .filter(told -> of(event).isEmpty() || told.severity() != Status.OK);
    }

    /** As it is written in a configuration. */
    @Override
    public String toString() {
        return new TreeMap<>(severities)
                .entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .collect(Collectors.joining(","));
    }
}
