package dev.gpudiag.checks.memory.benchmark;

import java.util.SplittableRandom;

/** Random figures of one run; the same seed draws the same. */
final class Draw {

    private final SplittableRandom random;

    Draw(long seed) {
        random = new SplittableRandom(seed);
    }

    double uniform(double low, double high) {
        return random.nextDouble(low, high);
    }

    /** Every order of magnitude between the ends is as likely. */
    double logarithmic(double low, double high) {
        return Math.exp(uniform(Math.log(low), Math.log(high)));
    }

    int count(int low, int high) {
        return random.nextInt(low, high + 1);
    }

    double gaussian() {
        return random.nextGaussian();
    }

    double exponential(double mean) {
        return -mean * Math.log(1 - random.nextDouble());
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    double oneOf(double... values) {
        return values[random.nextInt(values.length)];
    }
}
