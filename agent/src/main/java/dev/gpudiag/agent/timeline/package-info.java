/**
 * What happened on the node: Xids, checks that changed, processes that came and went, the driver, releases, the agent itself.
 *
 * <p>Bounded in memory and on disk, kept for days in the state directory. Depends on {@code dev.gpudiag.checks}, {@code
 * dev.gpudiag.telemetry}, {@code dev.gpudiag.agent.state} and Jackson. Start reading at {@link
 * dev.gpudiag.agent.timeline.Timeline}; {@link dev.gpudiag.agent.timeline.TimelineRecorder} finds the events.
 */
package dev.gpudiag.agent.timeline;
