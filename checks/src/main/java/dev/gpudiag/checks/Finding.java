package dev.gpudiag.checks;

import static java.util.Objects.requireNonNull;

import dev.gpudiag.telemetry.Quantity;
import dev.gpudiag.telemetry.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One thing that a check found.
 *
 * @param seen what was seen, one sentence with the value
 * @param limit what it was held against; empty where there is no limit
 * @param measurements the figures, for machines
 * @param why why it matters; empty when nothing is wrong
 * @param actions what to do, in order
 * @param evidence where it was read
 * @param causedBy the id of the check whose finding explains this one
 * @param rule the {@link Rule} that tripped, where the check has written its rules down
 */
public record Finding(
        Status status,
        Subject subject,
        String seen,
        String limit,
        List<Measurement> measurements,
        String why,
        List<String> actions,
        List<Proof> evidence,
        Optional<String> causedBy,
        Optional<String> rule) {

    public Finding {
        requireNonNull(status, "status is null");
        requireNonNull(subject, "subject is null");
        requireNonNull(seen, "seen is null");
        requireNonNull(limit, "limit is null");
        requireNonNull(why, "why is null");
        requireNonNull(causedBy, "causedBy is null");
        requireNonNull(rule, "rule is null");
        measurements = List.copyOf(measurements);
        actions = List.copyOf(actions);
        evidence = List.copyOf(evidence);
    }

    /** The same, as something that the check {@code checkId} explains. */
    public Finding explainedBy(String checkId) {
        return new Finding(
                status, subject, seen, limit, measurements, why, actions, evidence, Optional.of(checkId), rule);
    }

    /** The same with another status. */
    public Finding withStatus(Status other) {
        return new Finding(other, subject, seen, limit, measurements, why, actions, evidence, causedBy, rule);
    }

    public static Builder builder(Status status, Subject subject, String seen) {
        return new Builder(status, subject, seen);
    }

    public static Finding of(Status status, Subject subject, String seen) {
        return builder(status, subject, seen).build();
    }

    /** Puts a finding together. */
    public static final class Builder {

        private final Status status;
        private final Subject subject;
        private final String seen;
        private String limit = "";
        private String why = "";
        private Optional<String> causedBy = Optional.empty();
        private Optional<String> rule = Optional.empty();
        private final List<Measurement> measurements = new ArrayList<>();
        private final List<String> actions = new ArrayList<>();
        private final List<Proof> evidence = new ArrayList<>();

        private Builder(Status status, Subject subject, String seen) {
            this.status = status;
            this.subject = subject;
            this.seen = seen;
        }

        public Builder limit(String text) {
            limit = text;
            return this;
        }

        public Builder why(String text) {
            why = text;
            return this;
        }

        public Builder action(String step) {
            actions.add(step);
            return this;
        }

        public Builder measured(String name, double value, String unit) {
            measurements.add(new Measurement(name, value, unit));
            return this;
        }

        /** A count or a size; exact up to 2^53. */
        public Builder measured(String name, long value, String unit) {
            return measured(name, (double) value, unit);
        }

        public Builder proof(String source, String value) {
            evidence.add(new Proof(source, value));
            return this;
        }

        public Builder proof(Quantity<?> quantity, Reading<?> reading) {
            evidence.add(Proof.of(quantity, reading));
            return this;
        }

        public Builder causedBy(String checkId) {
            causedBy = Optional.of(checkId);
            return this;
        }

        /** The id of the {@link Rule} that tripped. */
        public Builder rule(String id) {
            rule = Optional.of(id);
            return this;
        }

        public Finding build() {
            return new Finding(status, subject, seen, limit, measurements, why, actions, evidence, causedBy, rule);
        }
    }
}
