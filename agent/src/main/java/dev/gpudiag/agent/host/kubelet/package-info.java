/**
 * What the kubelet keeps on disk of the devices that it has given to pods: no API, no token, no gRPC.
 *
 * <p>Depends on {@code host} for files below a root. Start at {@link dev.gpudiag.agent.host.kubelet.DeviceCheckpoint}.
 */
package dev.gpudiag.agent.host.kubelet;
