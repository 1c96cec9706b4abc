package dev.gpudiag.agent.host;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gpudiag.telemetry.HostQuantities;
import dev.gpudiag.telemetry.Readings;
import java.io.BufferedReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * Who changed the driver last, as the package managers' logs tell: apt's history, dnf's, and Azure's agent.
 *
 * <p>The logs are hostile: a bounded part of each, and of what a compressed one unpacks to, is read.
 */
final class PackageHistory {

    private static final List<String> APT = List.of("/var/log/apt/history.log", "/var/log/apt/history.log.1.gz");
    private static final List<String> DNF = List.of("/var/log/dnf.rpm.log", "/var/log/dnf.rpm.log.1");
    private static final String WAAGENT = "/var/log/waagent.log";

    private static final int TEXT_LIMIT = 4 * 1024 * 1024;
    private static final int LINE_LIMIT = 64 * 1024;

    private static final String DRIVER = "(?:lib)?nvidia-(?:driver|compute|kernel|dkms|utils|open)[\\w.-]{0,60}";
    private static final Pattern START = Pattern.compile("Start-Date: ([\\d-]{10}) +([\\d:]{8})");
    private static final Pattern COMMAND = Pattern.compile("Commandline: (.{1,500})");
    private static final Pattern UPGRADE =
            Pattern.compile("(" + DRIVER + ")(?::\\w{1,20})? \\(([\\w.:~+-]{1,60}), ([\\w.:~+-]{1,60})\\)");
    private static final Pattern UPGRADED =
            Pattern.compile("^([\\d-]{10})[T ]([\\d:]{8})\\S* \\w{1,12} Upgrade(?:d)?: ((" + DRIVER + ")\\S{0,80})");
    private static final Pattern EXTENSION =
            Pattern.compile("^([\\d/-]{10})[T ]([\\d:]{8})\\S* .{0,200}Microsoft\\.HpcCompute\\.NvidiaGpuDriverLinux");

    private final HostRoot root;

    PackageHistory(HostRoot root) {
        this.root = root;
    }

    /** The last change of the driver's packages, and whose it was; nothing where no log tells. */
    Readings read() {
        for (String file : APT) {
            Optional<Readings> found = apt(file);
            if (found.isPresent()) {
                return found.get();
            }
        }
        for (String file : DNF) {
            Optional<Readings> found = last(file, UPGRADED)
                    .map(match -> change(match.group(1) + " " + match.group(2) + ": " + match.group(3), "dnf", file));
            if (found.isPresent()) {
                return found.get();
            }
        }
        return last(WAAGENT, EXTENSION)
                .map(match -> change(
                        match.group(1) + " " + match.group(2) + ": extension NvidiaGpuDriverLinux",
                        "cloud extension",
                        WAAGENT))
                .orElseGet(Readings::empty);
    }

    private Optional<Readings> apt(String file) {
        Optional<Readings> found = Optional.empty();
        String start = "";
        String command = "";
        for (String line : lines(file)) {
            Matcher begun = START.matcher(line);
            Matcher called = COMMAND.matcher(line);
            if (begun.lookingAt()) {
                start = begun.group(1) + " " + begun.group(2);
                command = "";
            } else if (called.lookingAt()) {
                command = called.group(1);
            } else if (line.startsWith("Upgrade: ")) {
                Matcher upgrade = UPGRADE.matcher(line);
                if (upgrade.find()) {
                    boolean unattended = command.contains("unattended-upgrade");
                    String what =
                            "%s: %s %s -> %s".formatted(start, upgrade.group(1), upgrade.group(2), upgrade.group(3));
                    found = Optional.of(change(what, unattended ? "unattended-upgrade" : "apt", file));
                }
            }
        }
        return found;
    }

    private Optional<MatchResult> last(String file, Pattern pattern) {
        MatchResult found = null;
        for (String line : lines(file)) {
            Matcher matcher = pattern.matcher(line);
            if (matcher.find()) {
                found = matcher.toMatchResult();
            }
        }
        return Optional.ofNullable(found);
    }

    private static Readings change(String what, String whose, String file) {
        return Readings.builder()
                .put(HostQuantities.DRIVER_CHANGE, what, file)
                .put(HostQuantities.DRIVER_CHANGED_BY, whose, file)
                .build();
    }

    /** The lines of a log, each cut; none where it cannot be read to its end, plain or unpacked. */
    private List<String> lines(String file) {
        try (InputStream in = root.open(file);
                InputStream plain = file.endsWith(".gz") ? new GZIPInputStream(in) : in;
                Reader reader = new InputStreamReader(new BoundedStream(plain, TEXT_LIMIT), UTF_8);
                BufferedReader lines = new BufferedReader(reader)) {
            return lines.lines()
                    .map(line -> line.length() > LINE_LIMIT ? line.substring(0, LINE_LIMIT) : line)
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of();
        }
    }

    /** Ends after so many bytes, whatever a compressed log unpacks to. */
    private static final class BoundedStream extends FilterInputStream {

        private int left;

        BoundedStream(InputStream in, int limit) {
            super(in);
            left = limit;
        }

        @Override
        public int read() throws IOException {
            return left-- > 0 ? super.read() : -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left <= 0) {
                return -1;
            }
            int read = super.read(bytes, offset, Math.min(length, left));
            left -= Math.max(0, read);
            return read;
        }
    }
}
