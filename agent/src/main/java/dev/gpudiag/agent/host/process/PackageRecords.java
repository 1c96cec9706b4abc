package dev.gpudiag.agent.host.process;

import dev.gpudiag.telemetry.ProcessCuda.Trace;
import dev.gpudiag.telemetry.ProcessCuda.VersionTrace;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Toolkit versions in the records of package managers in the file system of a process: conda and dpkg. */
final class PackageRecords {

    private static final String DPKG_STATUS = "/var/lib/dpkg/status";
    private static final int STATUS_LIMIT = 16 * 1024 * 1024;

    private static final Pattern CONDA = Pattern.compile(
            "(?:cuda-cudart|cuda-version|cudatoolkit|pytorch-cuda)-(\\d{1,3}(?:\\.\\d{1,5}){1,3})-.*\\.json");
    private static final String PACKAGE = "Package: ";
    private static final Pattern RUNTIME = Pattern.compile("Package: cuda-cudart-\\d{1,3}-\\d{1,3}");
    private static final Pattern DPKG_VERSION =
            Pattern.compile("Version: ((\\d{1,3}(?:\\.\\d{1,5}){1,3})(?:[-~+].*)?)");

    private PackageRecords() {}

    /** What conda has installed in {@code prefix}; empty where no environment of conda's lies. */
    static List<VersionTrace> conda(ProcessRoot root, String prefix) {
        String directory = prefix + "/conda-meta";
        List<VersionTrace> traces = new ArrayList<>();
        try {
            for (String name : root.names(directory, file -> CONDA.matcher(file).matches())) {
                Matcher found = CONDA.matcher(name);
                if (found.matches()) {
                    traces.add(new VersionTrace(Trace.PACKAGE, found.group(1), directory, name));
                }
            }
        } catch (IOException e) {
            return List.of(); // most prefixes are no conda environment
        }
        return traces;
    }

    /** What dpkg has installed. */
    static List<VersionTrace> dpkg(ProcessRoot root) {
        try {
            return root.read(DPKG_STATUS, PackageRecords::dpkg);
        } catch (IOException e) {
            return List.of(); // images of other distributions have no dpkg
        }
    }

    private static List<VersionTrace> dpkg(InputStream in) throws IOException {
        List<VersionTrace> traces = new ArrayList<>();
        String[] runtime = {""};
        ShortLines.read(in, "PV", STATUS_LIMIT, line -> {
            if (line.startsWith(PACKAGE)) {
                runtime[0] = RUNTIME.matcher(line).matches() ? line.substring(PACKAGE.length()) : "";
            }
            Matcher version = DPKG_VERSION.matcher(line);
            if (!runtime[0].isEmpty() && version.matches()) {
                traces.add(new VersionTrace(
                        Trace.PACKAGE, version.group(2), DPKG_STATUS, runtime[0] + " " + version.group(1)));
                runtime[0] = "";
            }
        });
        return traces;
    }
}
