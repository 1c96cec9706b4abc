package dev.gpudiag.agent.host.process;

import dev.gpudiag.telemetry.ProcessCuda.MappedLibrary;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the mapped files of a process tell of its CUDA; paths are as the process sees them.
 *
 * @param libraries NVIDIA's libraries and those that use CUDA's compiler, in the order in which they are mapped
 * @param pythonPackages names of the packages that have a file mapped, by the {@code site-packages} directory they lie in
 * @param prefixes directories whose {@code lib} has a file mapped, the system's excepted: each may be a conda environment
 */
record MappedFiles(List<MappedLibrary> libraries, Map<String, Set<String>> pythonPackages, Set<String> prefixes) {

    static final MappedFiles NONE = new MappedFiles(List.of(), Map.of(), Set.of());

    private static final int LIBRARIES = 256;
    private static final int DIRECTORIES = 8;
    private static final int PACKAGES = 256;
    private static final String DELETED = " (deleted)";

    private static final Pattern LIBRARY = Pattern.compile(
            "lib(?:cuda|cudart|cudadebugger|cudnn[a-z_]*|cu(?:blas|blasLt|fft|file|pti|rand|solver|sparse)"
                    + "|nccl|nvidia-[a-z0-9_-]+|nvrtc|nvrtc-builtins|nvJitLink|nvptxcompiler|nvshmem_host|nvvm"
                    + "|torch_cuda|triton)(?:-[0-9a-f]{6,16})?\\.so(?:\\.(\\d[\\d.]{0,63}))?");
    private static final Pattern SITE = Pattern.compile("(.*/(?:site|dist)-packages)/([^/]+)/.*");
    private static final Pattern PREFIX = Pattern.compile("(/.+?)/lib/(?:python\\d[^/]*/.*|[^/]+)");

    MappedFiles {
        libraries = List.copyOf(libraries);
        pythonPackages = Map.copyOf(pythonPackages);
        prefixes = Set.copyOf(prefixes);
    }

    /** Collects paths; what is beyond the limits is left out. */
    static final class Builder {

        private final Set<MappedLibrary> libraries = new LinkedHashSet<>();
        private final Map<String, Set<String>> pythonPackages = new LinkedHashMap<>();
        private final Set<String> prefixes = new LinkedHashSet<>();

        private final Matcher library = LIBRARY.matcher("");
        private String lastDirectory = "";

        /** Adds a mapped path as the kernel writes it. */
        void add(String mapped) {
            boolean deleted = mapped.endsWith(DELETED);
            String path = deleted ? mapped.substring(0, mapped.length() - DELETED.length()) : mapped;
            int name = path.lastIndexOf('/') + 1;
            library.reset(path).region(name, path.length());
            if (library.matches() && libraries.size() < LIBRARIES) {
                libraries.add(new MappedLibrary(path, library.group(1) == null ? "" : library.group(1), deleted));
            }
            if (name != lastDirectory.length() || !path.startsWith(lastDirectory)) {
                lastDirectory = path.substring(0, name);
                addDirectory(path);
            }
        }

        /** What the directory of a file tells is the same for all files in it. */
        private void addDirectory(String path) {
            Matcher site = SITE.matcher(path);
            if (site.matches()) {
                addPackage(site.group(1), site.group(2));
            }
            Matcher prefix = PREFIX.matcher(path);
            if (prefix.matches() && !prefix.group(1).equals("/usr") && prefixes.size() < DIRECTORIES) {
                prefixes.add(prefix.group(1));
            }
        }

        private void addPackage(String directory, String name) {
            if (!pythonPackages.containsKey(directory) && pythonPackages.size() == DIRECTORIES) {
                return;
            }
            Set<String> names = pythonPackages.computeIfAbsent(directory, key -> new LinkedHashSet<>());
            if (names.size() < PACKAGES) {
                names.add(name);
            }
        }

        MappedFiles build() {
            return new MappedFiles(List.copyOf(libraries), pythonPackages, prefixes);
        }
    }
}
