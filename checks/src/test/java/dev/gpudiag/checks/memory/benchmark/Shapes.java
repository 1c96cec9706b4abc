package dev.gpudiag.checks.memory.benchmark;

/** Parts that programs are made of; all in MiB and hours. */
final class Shapes {

    private Shapes() {}

    static Trace flat(double mib) {
        return hour -> mib;
    }

    /** Model, context and first buffers: fast at first, then level. */
    static Trace warmUp(double mib, double tauHours) {
        return hour -> mib * (1 - Math.exp(-hour / tauHours));
    }

    /** A usual begin: 2 to 40 GiB within a few minutes. */
    static Trace started(Draw draw) {
        return warmUp(draw.logarithmic(2048, 40_960), draw.uniform(0.01, 0.08));
    }

    static Trace noise(Draw draw, double mib) {
        return hour -> Math.abs(draw.gaussian()) * mib;
    }

    static Trace sawtooth(Draw draw, double mib, double hours, double jitter) {
        double[] next = {0, 0, mib};
        return hour -> {
            if (hour >= next[1]) {
                next[0] = hour;
                next[1] = hour + hours * (1 + jitter * draw.uniform(-1, 1));
                next[2] = mib * (1 + jitter * draw.uniform(-1, 1));
            }
            return next[2] * (hour - next[0]) / (next[1] - next[0]);
        };
    }

    static Trace line(double from, double to, double perHour) {
        return hour -> Math.clamp(hour - from, 0, Math.max(0, to - from)) * perHour;
    }

    /** {@code height} above and below, {@code periodHours} long, at a random place of its cycle. */
    static Trace wave(Draw draw, double height, double periodHours) {
        double phase = draw.uniform(0, 2 * Math.PI);
        return hour -> height * (1 + Math.sin(phase + 2 * Math.PI * hour / periodHours));
    }

    /** A load that wanders around its mean; standard deviation {@code mib}, memory {@code tauHours}. */
    static Trace wandering(Draw draw, double mib, double tauHours) {
        double[] state = {draw.gaussian(), 0};
        return hour -> {
            double keep = Math.exp(-Math.max(0, hour - state[1]) / tauHours);
            state[0] = state[0] * keep + draw.gaussian() * Math.sqrt(1 - keep * keep);
            state[1] = hour;
            return Math.max(0, 3 + state[0]) * mib;
        };
    }

    static Trace randomWalk(Draw draw, double mibPerRootHour) {
        double[] state = {20 * mibPerRootHour, 0};
        return hour -> {
            state[0] = Math.abs(state[0] + draw.gaussian() * mibPerRootHour * Math.sqrt(Math.max(0, hour - state[1])));
            state[1] = hour;
            return state[0];
        };
    }

    /** Steps at random times between two hours, each of another size. */
    static Trace steps(Draw draw, int number, double from, double to, double low, double high) {
        double[] at = new double[number];
        double[] size = new double[number];
        for (int i = 0; i < number; i++) {
            at[i] = draw.uniform(from, to);
            size[i] = draw.logarithmic(low, high);
        }
        return hour -> {
            double sum = 0;
            for (int i = 0; i < number; i++) {
                sum += hour >= at[i] ? size[i] : 0;
            }
            return sum;
        };
    }

    /** A size is taken every so often until a limit is reached; then old ones make place for new ones. */
    static Trace loads(Draw draw, double everyHours, double low, double high, int limit) {
        double[] sizes = new double[limit];
        double[] next = {draw.exponential(everyHours), 0};
        return hour -> {
            while (hour >= next[0]) {
                sizes[(int) next[1]++ % limit] = draw.logarithmic(low, high);
                next[0] += everyHours * draw.uniform(0.5, 1.5);
            }
            double sum = 0;
            for (double size : sizes) {
                sum += size;
            }
            return sum;
        };
    }

    /** {@code high} for a part of every period, nothing for the rest. */
    static Trace phases(Draw draw, double high, double periodHours, double part) {
        double phase = draw.uniform(0, periodHours);
        return hour -> (hour + phase) % periodHours < part * periodHours ? high : 0;
    }

    /** Level nights, a ramp in the morning, level days, a ramp in the evening. */
    static Trace workingDays(Draw draw, double high, double ramp) {
        double birth = draw.uniform(0, 24);
        double morning = draw.uniform(5, 8);
        double evening = draw.uniform(17, 20);
        return hour -> {
            double clock = (birth + hour) % 24;
            double up = Math.clamp((clock - morning) / ramp, 0, 1);
            double down = Math.clamp((clock - evening) / ramp, 0, 1);
            return high * (up - down);
        };
    }

    /** The highest of many demands that come one after the other: records become rarer with time. */
    static Trace demands(Draw draw, double median, double sigma, double perHour) {
        double[] state = {0, 0};
        return hour -> {
            while (state[1] <= hour) {
                state[0] = Math.max(state[0], median * Math.exp(sigma * draw.gaussian()));
                state[1] += draw.exponential(1 / perHour);
            }
            return state[0];
        };
    }
}
