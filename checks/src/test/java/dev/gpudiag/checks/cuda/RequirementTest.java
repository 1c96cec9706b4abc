package dev.gpudiag.checks.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequirementTest {

    private static final Map<String, String> NODE =
            Map.of("cuda", "12.2", "driver", "535.104.05", "arch", "8.0", "brand", "tesla");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cuda>=12.2 | true",
                "cuda>=12.10 | false",
                "cuda>=12.4 brand=tesla,driver>=535,driver<536 | true",
                "cuda>=12.4 brand=tesla,driver>=550,driver<551 | false",
                "cuda>=12.4 brand=geforce,driver>=535 | false",
                "driver>=535.104.5 | true",
                "driver<535.104.05 | false",
                "driver!=535.104.05 | false",
                "arch>=7.5,arch<=8.0 | true",
                "arch=8.0 | true",
                "brand!=geforce | true",
                "color=green | true",
                "color=green,cuda>=13.0 | false",
                "color=green cuda>=13.0 | false",
                "'' | true",
                "',,' | true"
            })
    void alternativesAreOredAndConditionsAnded(String text, boolean met) {
        assertThat(Requirement.parse(text).isMetBy(NODE)).contains(met);
    }

    @Test
    void whatHangsOnAnUnknownPropertyOfTheNodeIsNotKnown() {
        Requirement requirement = Requirement.parse("cuda>=12.4 brand=tesla,driver>=535");
        assertThat(requirement.isMetBy(Map.of("cuda", "12.2", "driver", "535.1")))
                .isEmpty();
        assertThat(requirement.isMetBy(Map.of("cuda", "12.2", "driver", "525.1")))
                .isEqualTo(Optional.of(false));
        assertThat(requirement.isMetBy(Map.of("cuda", "12.4"))).contains(true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cuda", "cuda>=twelve", "cuda>=", "cuda=>12", "driver<5 35x,,cuda=="})
    void conditionThatComparesNothingIsAnError(String text) {
        assertThatThrownBy(() -> Requirement.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
