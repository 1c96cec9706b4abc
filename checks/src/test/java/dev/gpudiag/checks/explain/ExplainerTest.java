package dev.gpudiag.checks.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gpudiag.checks.Check;
import dev.gpudiag.checks.DataTable;
import dev.gpudiag.checks.Rule;
import dev.gpudiag.checks.Status;
import dev.gpudiag.checks.catalog.CheckCatalog;
import dev.gpudiag.checks.kernellog.SwitchErrors;
import dev.gpudiag.telemetry.ClockEventReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExplainerTest {

    private static final Path FIELD =
            Path.of(System.getProperty("gpudiag.shared", "../shared")).resolve("field");

    /** The CUDA errors that users see, of section 2.5 of the field guide. */
    private static final int[] CUDA = {
        3, 34, 35, 36, 46, 100, 101, 200, 209, 214, 218, 219, 220, 222, 223, 226, 700, 719, 801, 802, 803, 804, 805,
        806, 807, 999
    };

    private final Explainer explainer = new Explainer(CheckCatalog.all());

    private List<String> topics(String topic) {
        return explainer.find(topic).stream().map(Explanation::topic).toList();
    }

    @Test
    void everyXidOfTheFieldGuideIsKnown() throws IOException {
        assumeTrue(Files.isDirectory(FIELD), "no field guide here");
        List<String> codes = Files.readAllLines(FIELD.resolve("xid.csv")).stream()
                .skip(1)
                .map(line -> DataTable.cells(line).getFirst())
                .toList();

        assertThat(codes)
                .hasSize(177)
                .allSatisfy(code -> assertThat(topics("xid " + code)).containsExactly("xid " + code));
    }

    @Test
    void everySxidOfTheTableIsKnown() {
        assertThat(SwitchErrors.shipped().entries())
                .hasSizeGreaterThan(90)
                .allSatisfy(
                        entry -> assertThat(topics("sxid " + entry.sxid())).containsExactly("sxid " + entry.sxid()));
        assertThat(explainer.find("sxid 23001").getFirst().escalation()).isEqualTo(Escalation.VENDOR);
    }

    @Test
    void everyReturnCodeOfNvmlIsKnown() {
        assertThat(IntStream.concat(IntStream.rangeClosed(0, 30), IntStream.of(999)))
                .allSatisfy(code -> assertThat(topics("nvml " + code)).containsExactly("nvml " + code));
    }

    @Test
    void everyCudaErrorThatUsersSeeIsKnown() {
        assertThat(IntStream.of(CUDA))
                .allSatisfy(code -> assertThat(topics("cuda " + code)).containsExactly("cuda " + code));
    }

    @Test
    void everyCheckAndRuleOfTheCatalogueIsKnown() {
        for (Check check : CheckCatalog.all()) {
            assertThat(topics("check " + check.spec().id()))
                    .containsExactly(check.spec().id());
            for (Rule rule : check.spec().rules()) {
                assertThat(topics(rule.id())).as(rule.id()).contains(rule.id());
            }
        }
    }

    @Test
    void everyReasonOfTheClocksIsKnownByNameAndByMask() {
        for (ClockEventReason reason : ClockEventReason.values()) {
            String topic = "clocks 0x" + Long.toHexString(reason.bit());
            assertThat(topics(reason.name())).containsExactly(topic);
            assertThat(topics("0x" + Long.toHexString(reason.bit()))).containsExactly(topic);
        }
    }

    @Test
    void everyExplanationSaysAllThatANightNeeds() {
        assertThat(explainer.all()).hasSizeGreaterThan(290).allSatisfy(each -> {
            assertThat(each.meaning()).as(each.topic()).isNotBlank();
            assertThat(each.actions()).as(each.topic()).isNotEmpty().noneMatch(String::isBlank);
            if (each.kind() != TopicKind.CHECK) { // whose rules may not be written down
                assertThat(each.usually()).as(each.topic()).isNotBlank();
                assertThat(each.source()).as(each.topic()).isNotBlank();
            }
        });
    }

    @Test
    void whatIsAProblemIsEscalatedToSomebody() {
        assertThat(explainer.all())
                .filteredOn(each -> each.severity().equals(Optional.of(Status.CRITICAL)))
                .hasSizeGreaterThan(30)
                .noneMatch(each -> each.escalation() == Escalation.NONE);
    }

    @Test
    void aNumberThatSeveralTablesHaveShowsEachReading() {
        assertThat(topics("13")).containsExactly("xid 13", "nvml 13", "cuda 13");
        assertThat(topics("999")).containsExactly("nvml 999", "cuda 999");
        assertThat(topics("79")).containsExactly("xid 79");
    }

    @ParameterizedTest
    @CsvSource({
        "xid 79, xid 79",
        "Xid79, xid 79",
        "XID: 079, xid 79",
        "xid=79, xid 79",
        "GPU_IS_LOST, nvml 15",
        "nvml_error_gpu_is_lost, nvml 15",
        "nvml GPU is lost, nvml 15",
        "cudaErrorInsufficientDriver, cuda 35",
        "InsufficientDriver, cuda 35",
        "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH, cuda 803",
        "cuda 804, cuda 804",
        "ROBUST_CHANNEL_GPU_HAS_FALLEN_OFF_THE_BUS, xid 79",
        "clocks 64, clocks 0x40",
        "clock 0x0000000000000040, clocks 0x40",
        "nvmlClocksEventReasonHwThermalSlowdown, clocks 0x40",
        "nvmlClocksThrottleReasonHwSlowdown, clocks 0x8",
        "drv.nouveau, drv.nouveau",
        "rule drv.nouveau, drv.nouveau",
        "DRIVER, driver",
    })
    void aTopicIsFoundAsPeopleTypeIt(String typed, String topic) {
        assertThat(topics(typed)).containsExactly(topic);
    }

    @Test
    void aMaskIsTakenApartAndABitThatIsNotKnownIsTold() {
        assertThat(topics("0x48")).containsExactly("clocks 0x8", "clocks 0x40");
        assertThat(topics("0x240")).containsExactly("clocks 0x40", "clocks 0x200");
        assertThat(explainer.find("0x200"))
                .singleElement()
                .satisfies(each -> assertThat(each.severity()).contains(Status.UNKNOWN));
        assertThat(explainer.find("0x0"))
                .singleElement()
                .satisfies(each -> assertThat(each.severity()).contains(Status.OK));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "xid 900",
                "xid",
                "xid 79x",
                "nvml 31",
                "cuda 99999999999999999999",
                "0xfffffffffffffffffffffffff",
                "xid -1",
                "check 79",
                "",
                ".",
                "no such thing",
                "\u001b[31m",
            })
    void whatIsNotKnownIsNotMadeUp(String topic) {
        assertThat(topics(topic).stream().filter(found -> !found.equals("xid")).toList())
                .isEmpty();
    }

    @Test
    void wordsOfAMeaningLeadToItsTopics() {
        assertThat(explainer.mentioning("fallen off the bus")).contains("xid 79");
        assertThat(explainer.mentioning("insufficient resources")).contains("nvml 23");
        assertThat(explainer.mentioning("gpu")).as("too short to say anything").isEmpty();
        assertThat(explainer.mentioning("the driver")).hasSizeLessThanOrEqualTo(8);
    }
}
