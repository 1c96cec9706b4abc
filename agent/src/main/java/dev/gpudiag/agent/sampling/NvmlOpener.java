package dev.gpudiag.agent.sampling;

import dev.gpudiag.nvml.Nvml;
import dev.gpudiag.nvml.NvmlException;

/** Finds and loads a library; may block for as long as the dynamic linker or a simulated driver does. */
public interface NvmlOpener {
    Nvml open() throws NvmlException, LibraryNotFound;
}
