package dev.gpudiag.nvml;

import dev.gpudiag.nvml.Layouts.nvmlPciInfo_t;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a device is on the PCI bus, and what it says it is.
 *
 * @param busId the address in sysfs form, such as 0000:65:00.0
 * @param deviceId device id in the upper 16 bits, vendor in the lower ones (0x10de is NVIDIA)
 * @param subSystemId the same of the board
 */
public record PciInfo(String busId, int domain, int bus, int device, int deviceId, int subSystemId) {
    private static final Pattern ADDRESS =
            Pattern.compile("(?:([0-9a-fA-F]{1,8}):)?([0-9a-fA-F]{1,2}):([0-9a-fA-F]{1,2})(?:\\.([0-7]))?");
    private static final int BUS_ID_BYTES = 32;

    static PciInfo read(Scratch memory, int at) {
        int domain = memory.int32(at + nvmlPciInfo_t.domain);
        int bus = memory.int32(at + nvmlPciInfo_t.bus);
        int device = memory.int32(at + nvmlPciInfo_t.device);
        String text = memory.text(at + nvmlPciInfo_t.busId, BUS_ID_BYTES);
        return new PciInfo(
                ADDRESS.matcher(text).matches() ? sysfsForm(text) : form(HexFormat.of(), 4, domain, bus, device, "0"),
                domain,
                bus,
                device,
                memory.int32(at + nvmlPciInfo_t.pciDeviceId),
                memory.int32(at + nvmlPciInfo_t.pciSubSystemId));
    }

    /**
     * The address in sysfs form, from that form or from NVML's, which has eight digits of domain and capitals.
     *
     * @throws IllegalArgumentException where it is no PCI address
     */
    public static String sysfsForm(String address) {
        return form(HexFormat.of(), 4, address);
    }

    static String nvmlForm(String address) {
        return form(HexFormat.of().withUpperCase(), 8, address);
    }

    private static String form(HexFormat hex, int domainDigits, String address) {
        Matcher parts = ADDRESS.matcher(address);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not a PCI address such as 0000:65:00.0: " + address);
        }
        long domain = parts.group(1) == null ? 0 : HexFormat.fromHexDigitsToLong(parts.group(1));
        int bus = HexFormat.fromHexDigits(parts.group(2));
        int device = HexFormat.fromHexDigits(parts.group(3));
        return form(hex, domainDigits, domain, bus, device, parts.group(4) == null ? "0" : parts.group(4));
    }

    private static String form(HexFormat hex, int domainDigits, long domain, int bus, int device, String function) {
        // A domain may exceed its four digits: Intel's VMD begins at 0x10000.
        int digits = Math.max(domainDigits, Long.toHexString(domain).length());
        return hex.toHexDigits(domain, digits) + ":" + hex.toHexDigits(bus, 2) + ":" + hex.toHexDigits(device, 2) + "."
                + function;
    }
}
