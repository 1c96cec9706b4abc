package dev.gpudiag.agent.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.nvml.RetiredPage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetirementTimesTest {

    private static final long NOW = 1_790_000_000L;
    private static final long DAY = 86_400;

    @ParameterizedTest
    @ValueSource(longs = {1, 1_000, 1_000_000, 1_000_000_000})
    void theUnitIsToldByTheSizeOfTheNumber(long perSecond) {
        List<RetiredPage> pages = List.of(
                new RetiredPage(1, (NOW - DAY) * perSecond),
                new RetiredPage(2, (NOW - 6 * DAY) * perSecond),
                new RetiredPage(3, (NOW - 8 * DAY) * perSecond));

        assertThat(RetirementTimes.withinWeekBefore(NOW, pages)).isEqualTo(2);
    }

    @Test
    void aPageWithoutATimeIsOld() {
        assertThat(RetirementTimes.withinWeekBefore(NOW, List.of(new RetiredPage(1, 0))))
                .isZero();
    }
}
