package dev.gpudiag.telemetry;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * A value that was read, or the reason why none could be had; absence is never zero, -1 or NaN.
 *
 * <p>{@link #source()} names the call, file or element that was asked, for example {@code nvmlDeviceGetTemperature}.
 */
public sealed interface Reading<T> {

    /** The call, file or element that was asked. */
    String source();

    /** A value that was given. */
    record Value<T>(T content, String source) implements Reading<T> {
        public Value {
            requireNonNull(content, "content is null");
            requireNonNull(source, "source is null");
        }
    }

    /**
     * No value, and why.
     *
     * @param detail what the source said, in words
     * @param code the return code or errno, where there was one
     */
    record Missing<T>(Reason cause, String source, String detail, OptionalInt code) implements Reading<T> {
        public Missing {
            requireNonNull(cause, "cause is null");
            requireNonNull(source, "source is null");
            requireNonNull(detail, "detail is null");
            requireNonNull(code, "code is null");
        }
    }

    /** Why a reading has no value. */
    enum Reason {
        /** Nobody asked, or the recording's format cannot hold it. */
        NOT_READ,
        /** The device, driver or mode does not offer it. */
        NOT_SUPPORTED,
        NO_PERMISSION,
        /** The driver's library is too old to have the call. */
        SYMBOL_MISSING,
        GPU_LOST,
        RESET_REQUIRED,
        /** Asked, not answered yet, and the deadline is not over: a driver that starts. */
        PENDING,
        /** The agent has let go of the driver, so that somebody can reset, reconfigure or replace it. */
        RELEASED,
        /** No answer by the deadline. */
        TIMED_OUT,
        /** Any other failure. */
        FAILED;

        /** In words, such as {@code not supported}. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }

        /** Whether a value should have come and did not, which a check reports as UNKNOWN. */
        public boolean isFailure() {
            return switch (this) {
                case NOT_READ, NOT_SUPPORTED, SYMBOL_MISSING, PENDING, RELEASED -> false;
                case NO_PERMISSION, GPU_LOST, RESET_REQUIRED, TIMED_OUT, FAILED -> true;
            };
        }
    }

    static <T> Reading<T> of(T value, String source) {
        return new Value<>(value, source);
    }

    static <T> Reading<T> missing(Reason reason, String source, String detail) {
        return new Missing<>(reason, source, detail, OptionalInt.empty());
    }

    static <T> Reading<T> missing(Reason reason, String source, String detail, int code) {
        return new Missing<>(reason, source, detail, OptionalInt.of(code));
    }

    static <T> Reading<T> notRead(String detail) {
        return missing(Reason.NOT_READ, "", detail);
    }

    default boolean isPresent() {
        return this instanceof Value;
    }

    default Optional<T> value() {
        return this instanceof Value<T>(T content, String ignored) ? Optional.of(content) : Optional.empty();
    }

    /** The reason why there is no value; empty when there is one. */
    default Optional<Reason> reason() {
        return this instanceof Missing<T> missing ? Optional.of(missing.cause()) : Optional.empty();
    }

    /** Whether a value should have come and did not. */
    default boolean failed() {
        return this instanceof Missing<T> missing && missing.cause().isFailure();
    }

    default <R> Reading<R> map(Function<? super T, ? extends R> function) {
        return switch (this) {
            case Value<T>(T content, String source) -> new Value<>(function.apply(content), source);
            case Missing<T>(Reason cause, String source, String detail, OptionalInt code) ->
                new Missing<>(cause, source, detail, code);
        };
    }

    /** What was read in words: the value, or the reason with its detail and code, as evidence shows it. */
    default String describe() {
        return switch (this) {
            case Value<T>(T content, String ignored) -> String.valueOf(content);
            case Missing<T> missing ->
                (missing.detail().isEmpty() ? missing.cause().text() : missing.detail())
                        + (missing.code().isPresent() ? " (" + missing.code().getAsInt() + ")" : "");
        };
    }
}
