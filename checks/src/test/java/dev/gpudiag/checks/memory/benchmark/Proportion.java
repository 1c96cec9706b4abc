package dev.gpudiag.checks.memory.benchmark;

/** A rate that was counted, with its limits after Clopper and Pearson: each is exceeded with a chance of 5 %. */
record Proportion(int hits, int runs) {

    private static final double CHANCE = 0.05;

    double rate() {
        return (double) hits / runs;
    }

    /** The highest rate that would still bring as few hits in one of twenty such counts. */
    double upper() {
        return hits == runs ? 1 : solve(hits);
    }

    /** The lowest rate that would still bring as many. */
    double lower() {
        return 1 - new Proportion(runs - hits, runs).upper();
    }

    private double solve(int atMost) {
        double low = 0;
        double high = 1;
        for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            if (chanceOfAtMost(atMost, middle) > CHANCE) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    private double chanceOfAtMost(int most, double rate) {
        double logTerm = runs * Math.log1p(-rate);
        double sum = Math.exp(logTerm);
        for (int k = 1; k <= most; k++) {
            logTerm += Math.log((double) (runs - k + 1) / k) + Math.log(rate) - Math.log1p(-rate);
            sum += Math.exp(logTerm);
        }
        return sum;
    }
}
