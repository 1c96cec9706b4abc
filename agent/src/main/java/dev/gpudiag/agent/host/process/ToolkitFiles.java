package dev.gpudiag.agent.host.process;

import dev.gpudiag.telemetry.ProcessCuda.Trace;
import dev.gpudiag.telemetry.ProcessCuda.VersionTrace;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Toolkit versions in the file system of a process: what is installed there, used or not.
 *
 * <p>{@code /usr/local/cuda/version.json} since 11.1, {@code version.txt} before; where a container has neither, as
 * NVIDIA's {@code base} images, the directory's own name and the runtime's files.
 */
final class ToolkitFiles {

    private static final int FILE_LIMIT = 64 * 1024;
    private static final String CUDA = "/usr/local/cuda";

    private static final Pattern JSON =
            Pattern.compile("\"cuda\"\\s*:\\s*\\{[^{}]{0,512}?\"version\"\\s*:\\s*\"(\\d{1,3}(?:\\.\\d{1,5}){1,3})\"");
    private static final Pattern TEXT = Pattern.compile("CUDA Version (\\d{1,3}(?:\\.\\d{1,5}){1,3})");
    private static final Pattern DIRECTORY = Pattern.compile("cuda-(\\d{1,3}\\.\\d{1,3})");
    private static final Pattern RUNTIME = Pattern.compile("libcudart\\.so\\.(\\d{1,3}\\.\\d{1,3}\\.\\d{1,5})");
    private static final int TARGETS = 4;

    private final ProcessRoot root;
    private final List<VersionTrace> traces = new ArrayList<>();

    private ToolkitFiles(ProcessRoot root) {
        this.root = root;
    }

    /** The traces, strongest first; empty where no toolkit is installed below {@code /usr/local}. */
    static List<VersionTrace> traces(ProcessRoot root) throws IOException {
        ToolkitFiles files = new ToolkitFiles(root);
        files.versionFile("/version.json", JSON);
        files.versionFile("/version.txt", TEXT);
        files.linkTarget();
        files.installed();
        return files.traces;
    }

    private void versionFile(String name, Pattern pattern) {
        try {
            Matcher found = pattern.matcher(root.text(CUDA + name, FILE_LIMIT));
            if (found.find()) {
                add(found.group(1), CUDA + name, found.group(1));
            }
        } catch (IOException e) {
            return; // one of the two is never there
        }
    }

    private void linkTarget() {
        Optional<String> target = root.realPath(CUDA);
        target.map(path -> DIRECTORY.matcher(path.substring(path.lastIndexOf('/') + 1)))
                .filter(Matcher::matches)
                .ifPresent(found -> add(found.group(1), CUDA, target.orElseThrow()));
    }

    /** Directories beside the link, and the runtime's files in them. */
    private void installed() throws IOException {
        List<String> directories;
        try {
            directories =
                    root.names("/usr/local", name -> DIRECTORY.matcher(name).matches());
        } catch (NoSuchFileException | NotDirectoryException e) {
            return;
        }
        for (String directory : directories.subList(0, Math.min(TARGETS, directories.size()))) {
            String targets = "/usr/local/" + directory + "/targets";
            for (String target : names(targets)) {
                runtime(targets + "/" + target + "/lib");
            }
            Matcher name = DIRECTORY.matcher(directory);
            if (name.matches()) {
                add(name.group(1), "/usr/local", directory);
            }
        }
    }

    private void runtime(String directory) {
        for (String file : names(directory)) {
            Matcher name = RUNTIME.matcher(file);
            if (name.matches()) {
                add(name.group(1), directory, file);
            }
        }
    }

    private List<String> names(String directory) {
        try {
            List<String> names = root.names(directory, name -> true);
            return names.subList(0, Math.min(names.size(), 512));
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Adds a trace unless an earlier one says the same or more. */
    private void add(String version, String source, String value) {
        boolean said = traces.stream()
                .anyMatch(trace ->
                        trace.version().equals(version) || trace.version().startsWith(version + "."));
        if (!said) {
            traces.add(new VersionTrace(Trace.VERSION_FILE, version, source, value));
        }
    }
}
