package dev.gpudiag.checks.kernellog;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The ways in which the kernel log writes a PCI address. */
final class PciAddress {

    private static final Pattern ADDRESS =
            Pattern.compile("(?:PCI:)?(?:([0-9a-fA-F]{4,8}):)?([0-9a-fA-F]{2}):([0-9a-fA-F]{2})(?:\\.([0-7]))?");

    private PciAddress() {}

    /** In sysfs form; the driver leaves out function 0, and old messages domain 0. Empty for anything else. */
    static Optional<String> parse(String text) {
        Matcher matcher = ADDRESS.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int domain = matcher.group(1) == null ? 0 : Integer.parseUnsignedInt(matcher.group(1), 16);
        String function = matcher.group(4) == null ? "0" : matcher.group(4);
        return Optional.of(
                String.format(Locale.ROOT, "%04x:%s:%s.%s", domain, matcher.group(2), matcher.group(3), function)
                        .toLowerCase(Locale.ROOT));
    }
}
