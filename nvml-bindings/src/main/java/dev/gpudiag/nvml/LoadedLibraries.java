package dev.gpudiag.nvml;

import java.util.HashMap;
import java.util.Map;

/**
 * The libraries that this process has loaded, and the one that {@link Natives} is mapped onto.
 *
 * <p>None is ever unloaded: a thread may hang inside one for good, and the collector would otherwise close it. Direct
 * mapping is per class, hence one state per process, one open {@link Nvml} at a time.
 */
final class LoadedLibraries {
    private static final LoadedLibraries PROCESS = new LoadedLibraries();

    private final Map<String, Binding> loaded = new HashMap<>();
    private Binding mapped;
    private boolean inUse;

    private LoadedLibraries() {}

    static LoadedLibraries ofProcess() {
        return PROCESS;
    }

    synchronized Binding acquire(String library) throws NvmlException {
        if (inUse) {
            throw new IllegalStateException("an Nvml is open already; close it first: " + mapped.library());
        }
        Binding binding = loaded.get(library);
        if (binding == null) {
            binding = Binding.load(library);
            loaded.put(library, binding);
        }
        if (binding != mapped) {
            binding.mapNatives();
            mapped = binding;
        }
        inUse = true;
        return binding;
    }

    synchronized void release() {
        inUse = false;
    }
}
