/**
 * The status page at {@code /}: the verdict first, then what is wrong and what to do, GPUs with their last hour, who holds
 * them, checks, and the state of the agent. One HTML document from memory, without anything to load.
 *
 * <p>Depends on {@code checks}, {@code telemetry} and {@code agent.report}; never on the driver or on HTTP. All text goes
 * through {@link dev.gpudiag.agent.page.HtmlWriter}, which escapes it; there is no template language, because a template
 * compiled ahead needs a code generator in the build and one read at run time needs a parser in the agent's small heap.
 * Start reading at {@link dev.gpudiag.agent.page.StatusPage}.
 */
package dev.gpudiag.agent.page;
