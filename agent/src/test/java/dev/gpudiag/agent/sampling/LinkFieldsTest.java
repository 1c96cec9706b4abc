package dev.gpudiag.agent.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LinkFieldsTest {

    @Test
    void aBitErrorRatioIsMantissaAndNegativeExponent() {
        assertThat(LinkFields.ratio(0xf06)).isCloseTo(15e-6, within(1e-12));
        assertThat(LinkFields.ratio(0x10c)).isCloseTo(1e-12, within(1e-18));
        assertThat(LinkFields.ratio(0xfff))
                .as("no error ever seen")
                .isPositive()
                .isLessThan(1e-250);
        assertThat(LinkFields.ratio(0)).isZero();
    }
}
