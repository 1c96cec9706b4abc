package dev.gpudiag.agent.client;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A document that an agent gave.
 *
 * @param from where it was asked
 */
public record AgentAnswer(AgentAddress from, ObjectNode document) {}
