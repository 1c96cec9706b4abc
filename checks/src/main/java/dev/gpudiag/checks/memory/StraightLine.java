package dev.gpudiag.checks.memory;

/**
 * A line through points, and how far they bend away from it.
 *
 * <p>A polynomial of third degree is fitted in orthogonal parts: what the second and the third part add is the bend of a
 * curve that levels off, accelerates or swings; what is left over is scatter.
 *
 * @param gained rise of the line from the first to the last point
 * @param slope rise per unit of x
 * @param bend greatest distance of a bend from the line, as far as it is no scatter
 * @param scatter standard deviation of what is left over
 * @param fall greatest fall from a point to a later one
 * @param drive mean rise from point to point in units of its standard error: what drives the points up, against what
 *     moves them at random
 */
record StraightLine(double gained, double slope, double bend, double scatter, double fall, double drive) {

    private static final double STANDARD_ERRORS = 0.5;

    /** The line through {@code count} points from {@code from} on, which rise in x; {@code count} is 7 or more. */
    static StraightLine through(double[] xs, double[] ys, int from, int count) {
        int to = from + count;
        double middle = (xs[from] + xs[to - 1]) / 2;
        double half = (xs[to - 1] - xs[from]) / 2;
        double meanX = 0;
        double meanY = 0;
        for (int i = from; i < to; i++) {
            meanX += (xs[i] - middle) / half;
            meanY += ys[i];
        }
        meanX /= count;
        meanY /= count;
        double[] first = new double[count];
        double[] second = new double[count];
        double[] third = new double[count];
        double[] rest = new double[count];
        for (int i = 0; i < count; i++) {
            double x = (xs[from + i] - middle) / half;
            first[i] = x - meanX;
            second[i] = x * x;
            third[i] = x * x * x;
            rest[i] = ys[from + i] - meanY;
        }
        centre(second);
        centre(third);
        remove(first, second);
        remove(first, third);
        remove(second, third);
        double rise = remove(first, rest);
        double curve = remove(second, rest);
        double swing = remove(third, rest);
        double scatter = Math.sqrt(product(rest, rest) / Math.max(1, count - 4));
        double bend = Math.max(bend(curve, second, scatter) * 2 / 3, bend(swing, third, scatter) * 2 / 5);
        return new StraightLine(rise * 2, rise / half, bend, scatter, fall(ys, from, to), drive(xs, ys, from, to));
    }

    private static double bend(double factor, double[] part, double scatter) {
        double square = product(part, part);
        if (square < 1e-9) {
            return 0;
        }
        return Math.max(0, Math.abs(factor) - STANDARD_ERRORS * scatter / Math.sqrt(square));
    }

    private static void centre(double[] part) {
        double mean = 0;
        for (double value : part) {
            mean += value;
        }
        mean /= part.length;
        for (int i = 0; i < part.length; i++) {
            part[i] -= mean;
        }
    }

    /** Takes the {@code part} out of {@code of} and returns how much of it was in there. */
    private static double remove(double[] part, double[] of) {
        double square = product(part, part);
        double factor = square < 1e-9 ? 0 : product(part, of) / square;
        for (int i = 0; i < of.length; i++) {
            of[i] -= factor * part[i];
        }
        return factor;
    }

    private static double product(double[] one, double[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += one[i] * other[i];
        }
        return sum;
    }

    private static double fall(double[] ys, int from, int to) {
        double top = Double.NEGATIVE_INFINITY;
        double fall = 0;
        for (int i = from; i < to; i++) {
            top = Math.max(top, ys[i]);
            fall = Math.max(fall, top - ys[i]);
        }
        return fall;
    }

    /** Rises that take back what the one before gave are scatter around a line, not a walk: they count less. */
    private static double drive(double[] xs, double[] ys, int from, int to) {
        int rises = to - from - 1;
        double mean = (ys[to - 1] - ys[from]) / rises;
        double squares = 0;
        double neighbours = 0;
        double before = 0;
        for (int i = from + 1; i < to; i++) {
            double odd = ys[i] - ys[i - 1] - (xs[i] - xs[i - 1]) / (xs[to - 1] - xs[from]) * rises * mean;
            squares += odd * odd;
            neighbours += odd * before;
            before = odd;
        }
        double error = Math.sqrt(Math.max(0.5 * squares, squares + neighbours) / (rises - 1) / rises);
        return error == 0 ? Math.signum(mean) * Double.MAX_VALUE : mean / error;
    }
}
