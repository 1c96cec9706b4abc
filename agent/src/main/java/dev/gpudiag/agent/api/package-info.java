/**
 * The documents below {@code /api/v1}: what the agent has in memory, in the words of {@code gpudiag check --json}.
 *
 * <p>Never calls the driver. {@code openapi.json} beside it describes them, and a test holds it against the routes and their
 * answers. Start reading at {@link dev.gpudiag.agent.api.Api}.
 */
package dev.gpudiag.agent.api;
