package dev.gpudiag.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class ValuesTest {
    @Test
    void aFieldValueIsReadAsTheTypeThatCameWithIt() {
        assertThat(new NvmlValue(0, Double.doubleToRawLongBits(1.5)).asDouble()).isEqualTo(1.5);
        assertThat(new NvmlValue(1, 0xdeadbeef_ffffffffL).asLong()).isEqualTo(0xffff_ffffL);
        assertThat(new NvmlValue(3, 1L << 40).asLong()).isEqualTo(1L << 40);
        assertThat(new NvmlValue(4, -5).asLong()).isEqualTo(-5);
        assertThat(new NvmlValue(5, 0x00000000_fffffffdL).asLong()).isEqualTo(-3);
        assertThat(new NvmlValue(6, 0xffff_1234L).asLong()).isEqualTo(0x1234);
    }

    @Test
    void allOnesWithinAStructIsAbsence() {
        assertThat(Sentinel.uint(-1)).isEmpty();
        assertThat(Sentinel.uint(0)).hasValue(0);
        assertThat(Sentinel.ulong(-1)).isEmpty();
        assertThat(Sentinel.ulong(7)).hasValue(7);
    }

    @Test
    void theStrideOfAProcessListFollowsFromWhatWasWritten() {
        assertThat(ProcessList.stride(16, 1)).isEqualTo(16);
        assertThat(ProcessList.stride(24, 1)).isEqualTo(24);
        assertThat(ProcessList.stride(48, 3)).isEqualTo(16);
        assertThat(ProcessList.stride(72, 3)).isEqualTo(24);
        assertThat(ProcessList.stride(0, 0)).isEqualTo(24);
    }

    @Test
    void aTextWithoutANulEndsWithItsBuffer() {
        Scratch memory = new Scratch();
        memory.clear(16);
        memory.fill(0, 8, (byte) 'A');
        memory.fill(8, 8, (byte) 'B');

        assertThat(memory.text(0, 8)).isEqualTo("AAAAAAAA");
        assertThat(memory.putText(0, "seven..", 8)).isTrue();
        assertThat(memory.text(0, 8)).isEqualTo("seven..");
        assertThat(memory.putText(0, "eight...", 8)).isFalse();
    }

    @Test
    void memoryGrowsForLongLists() {
        Scratch memory = new Scratch();
        memory.clear(Scratch.INITIAL_BYTES * 3);
        memory.putLong(Scratch.INITIAL_BYTES * 3 - 8, 7);

        assertThat(memory.int64(Scratch.INITIAL_BYTES * 3 - 8)).isEqualTo(7);
        assertThat(memory.clear(Scratch.INITIAL_BYTES * 3).int64(Scratch.INITIAL_BYTES * 3 - 8))
                .isZero();
    }

    @Test
    void aBatchOfFieldsNeedsOneScopePerId() {
        assertThatThrownBy(() -> FieldValues.scoped(new int[] {1, 2}, new int[] {0}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(FieldValues::of).isInstanceOf(IllegalArgumentException.class);
        assertThat(FieldValues.of(230).result(0)).isEqualTo(NvmlReturn.NO_DATA);
    }

    @Test
    void renumberedFieldsDependOnTheDriver() {
        assertThat(FieldId.clocksEventReasonHwThermSlowdown(570)).isEmpty();
        assertThat(FieldId.clocksEventReasonHwThermSlowdown(575)).hasValue(252);
        assertThat(FieldId.clocksEventReasonHwThermSlowdown(580)).hasValue(252);
        assertThat(FieldId.clocksEventReasonHwThermSlowdown(590)).hasValue(270);
        assertThat(FieldId.clocksEventReasonSwThermSlowdown(590)).hasValue(269);
        assertThat(FieldId.clocksEventReasonHwPowerBrakeSlowdown(575)).hasValue(253);
    }

    @Test
    void noFieldConstantWasEverRenumbered() throws IOException, IllegalAccessException {
        Path directory = Path.of(System.getProperty("gpudiag.shared"), "nvml");
        Assumptions.assumeTrue(Files.isDirectory(directory), "no ../shared/nvml: field ids are not compared");
        ObjectMapper json = new ObjectMapper();
        JsonNode ids =
                json.readTree(directory.resolve("nvml-abi.json").toFile()).path("field_ids");
        JsonNode history = json.readTree(
                        directory.resolve("nvml-abi-history.json").toFile())
                .path("field_first");
        for (Field field : FieldId.class.getDeclaredFields()) {
            if (Modifier.isPublic(field.getModifiers())) {
                String name = "NVML_FI_DEV_" + field.getName();
                assertThat(ids.path(name).asInt(-1)).as(name).isEqualTo(field.getInt(null));
                assertThat(history.path(name)).as(name).hasSize(1);
            }
        }
    }

    @Test
    void unknownNumbersAndBitsAreKeptOrLeftOut() {
        assertThat(NvmlNames.architecture(9)).isEqualTo("Hopper");
        assertThat(NvmlNames.architecture(77)).isEqualTo("unknown (77)");
        assertThat(ClocksEventReason.of(0x8000_0000_0000_0060L))
                .containsExactly(ClocksEventReason.SW_THERMAL_SLOWDOWN, ClocksEventReason.HW_THERMAL_SLOWDOWN);
        assertThat(EventType.of(8)).containsExactly(EventType.XID_CRITICAL_ERROR);
    }
}
