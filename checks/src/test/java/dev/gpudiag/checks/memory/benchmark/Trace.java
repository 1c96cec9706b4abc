package dev.gpudiag.checks.memory.benchmark;

/** Used memory of a program in MiB, asked for in rising hours of its life. */
@FunctionalInterface
interface Trace {
    double mib(double hour);

    default Trace plus(Trace other) {
        return hour -> mib(hour) + other.mib(hour);
    }

    /** As an allocator takes it from the driver: in whole segments of {@code mib}. */
    default Trace inSegmentsOf(double mib) {
        return hour -> Math.ceil(mib(hour) / mib) * mib;
    }

    /** As a caching allocator keeps it: what was reserved once is not given back. */
    default Trace kept() {
        double[] highest = {0};
        return hour -> highest[0] = Math.max(highest[0], mib(hour));
    }
}
