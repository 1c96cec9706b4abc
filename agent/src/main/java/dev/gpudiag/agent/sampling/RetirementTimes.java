package dev.gpudiag.agent.sampling;

import dev.gpudiag.nvml.RetiredPage;
import java.time.Duration;
import java.util.List;

/** Which retired pages are recent, measured against the newest that the list could hold: now. */
final class RetirementTimes {

    private static final long WEEK_SECONDS = Duration.ofDays(7).toSeconds();

    /** nvml.h states no unit: seconds of this age have ten digits, and each finer unit three more. */
    private static final long TOO_MANY_SECONDS = 100_000_000_000L;

    private RetirementTimes() {}

    static Long withinLastWeek(List<RetiredPage> pages) {
        long now = System.currentTimeMillis() / 1000;
        return withinWeekBefore(now, pages);
    }

    static Long withinWeekBefore(long nowSeconds, List<RetiredPage> pages) {
        return pages.stream()
                .filter(page -> seconds(page.timestamp()) > nowSeconds - WEEK_SECONDS)
                .count();
    }

    private static long seconds(long timestamp) {
        long seconds = timestamp;
        while (seconds >= TOO_MANY_SECONDS) {
            seconds /= 1000;
        }
        return seconds;
    }
}
