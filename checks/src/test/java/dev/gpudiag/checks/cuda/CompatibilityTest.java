package dev.gpudiag.checks.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gpudiag.checks.DataTable;
import dev.gpudiag.checks.cuda.CompatibilityQuestion.GpuClass;
import dev.gpudiag.checks.cuda.Decision.Result;
import dev.gpudiag.telemetry.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompatibilityTest {

    private static final Path FACTS =
            Path.of(System.getProperty("gpudiag.shared", "../shared")).resolve("field/cuda-compat.csv");

    private final CompatibilityTable table = CompatibilityTable.shipped();
    private final Compatibility compatibility = new Compatibility(table);

    private static Version version(String text) {
        return Version.parse(text).orElseThrow();
    }

    private static CompatibilityQuestion question(String driver, String toolkit, String capability) {
        return CompatibilityQuestion.of(
                version(toolkit),
                version(driver),
                Optional.ofNullable(capability).map(CompatibilityTest::version));
    }

    @ParameterizedTest
    @CsvSource({
        "535.104.05, 12.4, 8.0,  ,           ,        RUNS_MINOR,   0",
        "470.82.01,  12.0, 8.0,  DATACENTER, ,        FAILS,        35",
        "470.82.01,  12.0, 8.0,  DATACENTER, 12.0,    FAILS,        803",
        "535.129.03, 13.0, 9.0,  DATACENTER, 13.0,    RUNS_FORWARD, 0",
        "535.129.03, 13.0, 8.9,  GEFORCE,    13.0,    FAILS,        804",
        "570.26,     13.0, 9.0,  ,           ,        FAILS,        35",
        "580.65.06,  13.4, 9.0,  ,           ,        RUNS_MINOR,   0",
        "580.65.06,  11.8, 9.0,  ,           ,        RUNS,         0",
        "580.65.06,  12.4, 10.0, ,           ,        AT_RISK,      209",
        "580.65.06,  13.0, 7.0,  ,           ,        FAILS,        209",
        "595.45.04,  12.0, 7.0,  ,           ,        FAILS,        100",
        "580.65.06,  12.9, 9.0,  DATACENTER, 12.9,    FAILS,        803",
        "580.65.06,  12.9, 9.0,  DATACENTER, 575.57.08, FAILS,      803",
        "535.129.03, 12.4, 8.0,  DATACENTER, 550.54.15, RUNS_FORWARD, 0",
        "535.129.03, 13.0, 9.0,  ,           13.0,    UNKNOWN,      0",
        "535.129.03, 13.0, 8.6,  WORKSTATION, 13.0,   AT_RISK,      804",
        "535.129.03, 13.1, 9.0,  DATACENTER, 12.9,    FAILS,        35",
        "550.54.14,  13.0, 9.0,  DATACENTER, 13.0,    FAILS,        803",
        "450.51.06,  11.0, 8.0,  ,           ,        RUNS,         0",
        "450.51.06,  11.2, 8.0,  ,           ,        FAILS,        35",
        "450.80.02,  11.8, 8.0,  ,           ,        RUNS_MINOR,   0",
        "525.60.13,  12.9, 8.0,  ,           ,        RUNS_MINOR,   0",
        "525.60.11,  12.9, 8.0,  ,           ,        FAILS,        35",
        "440.33.01,  11.0, 7.0,  ,           ,        FAILS,        35",
        "470.82.01,  11.4, 3.5,  ,           ,        RUNS,         0",
        "535.54.03,  11.4, 3.5,  ,           ,        FAILS,        100",
        "535.54.03,  11.4, 8.9,  ,           ,        RUNS,         0",
        "580.65.06,  12.8, 10.3, ,           ,        RUNS,         0",
        "700.10,     12.0, 9.0,  ,           ,        UNKNOWN,      0",
        "580.65.06,  14.0, 9.0,  ,           ,        UNKNOWN,      0",
        "580.65.06,  13.9, 9.0,  ,           ,        UNKNOWN,      0",
        "580.65.06,  10.2, 7.0,  ,           ,        UNKNOWN,      0",
        "580.65.06,  12.7, 9.0,  ,           ,        UNKNOWN,      0",
        "580.65.06,  13.0, 15.0, ,           ,        UNKNOWN,      0",
        "535.54.03,  12,   8.0,  ,           ,        RUNS_MINOR,   0",
        "450.51.06,  11,   8.0,  ,           ,        UNKNOWN,      0",
        "535.54.03,  13,   8.0,  ,           ,        FAILS,        35",
        "535.54.03,  14,   8.0,  ,           ,        UNKNOWN,      0",
        "535,        12.4, 8.0,  ,           ,        RUNS_MINOR,   0",
        "535.104,    12.4, 8.0,  ,           ,        RUNS_MINOR,   0",
        "535,        13.0, 8.0,  ,           ,        FAILS,        35",
        "580,        13.4, 9.0,  ,           ,        RUNS_MINOR,   0",
        "525,        12.9, 9.0,  ,           ,        RUNS_MINOR,   0",
        "450,        11.2, 8.0,  ,           ,        UNKNOWN,      0",
        "595,        12.0, 7.0,  ,           ,        FAILS,        100",
        "620,        12.0, 9.0,  ,           ,        UNKNOWN,      0",
        "540.3.0,    12.2, 8.7,  ,           ,        UNKNOWN,      0",
        "580.65.06,  12.4.1, 9.0, ,          ,        RUNS,         0",
        "580.65.06,  12.4.127, 9.0, ,        ,        RUNS,         0",
        "580.65.06,  12.4.9, 9.0, ,          ,        RUNS,         0",
        "615.31,     13.4.9, 9.0, ,          ,        UNKNOWN,      0",
        "615.31,     13.4.1, 9.0, ,          ,        RUNS,         0",
        "615.31,     99.9, 9.0,  ,           ,        UNKNOWN,      0",
        "580.65.06,  12.04, 9.0, ,           ,        RUNS,         0",
        "535.054.03, 12.2, 9.0,  ,           ,        RUNS,         0",
        "580.65.06,  11.0.1, 8.0, ,          ,        RUNS,         0",
        "580.65.06,  11.0, 9.0,  ,           ,        AT_RISK,      209",
        "580.65.06,  11.7, 8.9,  ,           ,        RUNS,         0",
        "580.65.06,  12.9, 11.0, ,           ,        AT_RISK,      209",
        "580.65.06,  13.0, 11.0, ,           ,        RUNS,         0",
        "580.65.06,  13.0, 8.8,  ,           ,        RUNS,         0",
        "615.31,     13.4, 10.7, ,           ,        UNKNOWN,      0",
        "560.28.03,  12.8, 10.0, ,           ,        FAILS,        100",
        "595.45.04,  14.0, 7.0,  ,           ,        FAILS,        100",
        "535.129.03, 13.0, 9.0,  DATACENTER, 13,      UNKNOWN,      0",
        "535.129.03, 13.0, 9.0,  DATACENTER, 580,     RUNS_FORWARD, 0",
        "535.129.03, 12.0, 8.9,  GEFORCE,    12.4,    FAILS,        804",
        "535.129.03, 12.2, 9.0,  DATACENTER, 12.2,    FAILS,        803",
        "590.44.01,  13.2, 9.0,  DATACENTER, 13.2,    RUNS_FORWARD, 0",
        "580.65.06,  12,   8.0,  ,           ,        RUNS,         0",
        "580.65.06,  13.0, ,     ,           ,        RUNS,         0",
    })
    void knownCasesAreDecidedAsNvidiaSays(
            String driver,
            String toolkit,
            String capability,
            GpuClass gpuClass,
            String compat,
            Result result,
            int error) {
        CompatibilityQuestion asked = new CompatibilityQuestion(
                version(toolkit),
                version(driver),
                Optional.empty(),
                Optional.ofNullable(capability).map(CompatibilityTest::version),
                Optional.ofNullable(gpuClass),
                Optional.ofNullable(compat).map(CompatibilityTest::version),
                false,
                false);
        Decision decision = compatibility.decide(asked);
        assertThat(decision.result()).as(decision.toString()).isEqualTo(result);
        assertThat(decision.cudaError().orElse(0)).as(decision.toString()).isEqualTo(error);
        assertThat(decision.reasons()).isNotEmpty();
        assertThat(decision.actions().isEmpty()).isEqualTo(result.runs());
    }

    @Test
    void everyReleaseAgreesWithTheFactsOnEveryBranch() throws IOException {
        assumeTrue(Files.isRegularFile(FACTS), "no table of facts here");
        List<String> lines = Files.readAllLines(FACTS);
        List<String> wrong = new ArrayList<>();
        int vectors = 0;
        for (String line : lines.subList(1, lines.size())) {
            List<String> facts = DataTable.cells(line);
            String toolkit = facts.get(0);
            String full = facts.get(2);
            String floor = facts.get(3);
            String capability = facts.get(6).equals("3.5") ? "8.0" : "9.0";
            for (String driver : List.of(
                    full,
                    floor,
                    "450.80.01",
                    "450.80.02",
                    "525.60.12",
                    "535.104.05",
                    "580.65.05",
                    "580.65.06",
                    "615.31")) {
                if (toolkit.startsWith("11.") && capability.equals("9.0")) {
                    continue;
                }
                vectors++;
                Result expected = oracle(full, floor, driver);
                Decision decision = compatibility.decide(question(driver, toolkit, capability));
                if (DriverSupport.ofCapability(capability)
                                .orElseThrow()
                                .refusal(driver)
                                .isEmpty()
                        && decision.result() != expected) {
                    wrong.add(toolkit + " on " + driver + ": " + expected + ", not " + decision);
                }
            }
            for (int base : List.of(470, 525, 535, 550, 570, 580, 590, 595, 610)) {
                vectors++;
                boolean listed = List.of(facts.get(9).split(";")).contains(String.valueOf(base));
                Version driver = Version.of(base, 999, 0);
                Decision decision = compatibility.decide(
                        CompatibilityQuestion.of(version(toolkit), driver, Optional.of(version("8.0")))
                                .withCompat(GpuClass.DATACENTER, version(toolkit)));
                if (listed != (decision.result() == Result.RUNS_FORWARD)) {
                    wrong.add("compatibility package of " + toolkit + " on R" + base + ": " + decision);
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(vectors).isGreaterThan(500);
    }

    /** The guide's rule, from the columns of the facts alone. */
    private static Result oracle(String full, String floor, String driver) {
        int branch = version(driver).major();
        int fullBranch = version(full).major();
        if (branch >= fullBranch) {
            return Result.RUNS;
        }
        boolean sameMajor = branch >= version(floor).major() && version(driver).compareTo(version(floor)) >= 0;
        return sameMajor ? Result.RUNS_MINOR : Result.FAILS;
    }

    @Test
    void newerDriverOfOneBranchNeverTurnsARunIntoAFailure() {
        for (Toolkit toolkit : table.toolkits()) {
            for (int branch : table.branches().keySet()) {
                boolean ran = false;
                for (int minor : new int[] {0, 13, 26, 54, 60, 65, 80, 82, 129, 204}) {
                    for (int patch : new int[] {0, 2, 6, 13, 99}) {
                        Version driver = Version.of(branch, minor, patch);
                        boolean runs = compatibility
                                .decide(CompatibilityQuestion.of(
                                        toolkit.version(), driver, Optional.of(Version.of(8, 0))))
                                .result()
                                .runs();
                        assertThat(runs || !ran)
                                .as(toolkit.version() + " on " + driver)
                                .isTrue();
                        ran |= runs;
                    }
                }
            }
        }
    }

    @Test
    void runTimeCompilerMakesMinorVersionCompatibilityARisk() {
        Decision decision =
                compatibility.decide(question("535.104.05", "12.4", "8.0").withJit());
        assertThat(decision.result()).isEqualTo(Result.AT_RISK);
        assertThat(decision.cudaError()).hasValue(222);
        assertThat(decision.needsDriver()).contains(version("550.54.14"));
        assertThat(compatibility
                        .decide(question("550.54.14", "12.4", "8.0").withJit())
                        .result())
                .isEqualTo(Result.RUNS);
    }

    @Test
    void libraryThatDoesNotWorkIsNoWayOutOfADriverThatIsTooOld() {
        Decision decision = compatibility.decide(
                question("535.129.03", "13.0", "8.9").withCompat(GpuClass.GEFORCE, version("13.0")));
        assertThat(decision.cudaError()).hasValue(804);
        assertThat(decision.needsDriver()).contains(version("580.65.06"));
        assertThat(decision.actions())
                .containsExactly(
                        "take the compat directory out of LD_LIBRARY_PATH and ld.so.conf; without it the error is 35,"
                                + " so also:",
                        "use an image of CUDA 12.9 or older",
                        "or install driver 580.65.06 or newer");
        Decision harmful = compatibility.decide(
                question("580.65.06", "12.9", "9.0").withCompat(GpuClass.DATACENTER, version("12.9")));
        assertThat(harmful.reasons().getLast()).isEqualTo("without the library: runs");
        assertThat(harmful.needsDriver()).isEmpty();
    }

    @Test
    void gpuThatIsTooNewForTheDriverNeedsTheBranchThatBroughtItOrTheToolkitsFloor() {
        assertThat(compatibility.decide(question("535.129.03", "12.0", "10.0")).needsDriver())
                .contains(version("570"));
        assertThat(compatibility.decide(question("535.129.03", "13.0", "10.0")).needsDriver())
                .contains(version("580.65.06"));
    }

    @Test
    void imageForAGpuIsNamedAndNoDriverWhereNoneHelps() {
        Decision old = compatibility.decide(question("535.129.03", "13.0", "7.0"));
        assertThat(old.cudaError()).hasValue(35);
        assertThat(old.needsDriver()).isEmpty();
        assertThat(old.actions()).containsExactly("use an image of CUDA 12.9 or older");
        assertThat(compatibility.decide(question("580.65.06", "13.0", "7.0")).actions())
                .containsExactly("use an image of CUDA 12.9 or older");
        assertThat(compatibility.decide(question("470.82.01", "12.0", "3.5")).actions())
                .containsExactly("use an image of CUDA 11.8 or older");
        assertThat(compatibility.decide(question("580.65.06", "12.4", "10.0")).actions())
                .containsExactly("use an image of CUDA 12.8 or newer");
        assertThat(compatibility.decide(question("440.33.01", "11.0", "7.0")).actions())
                .containsExactly("install driver 450.80.02 or newer");
    }

    @Test
    void compilingAtRunTimeIsARiskAlsoOnACompatibilityLibraryThatIsOlderThanTheProgram() {
        CompatibilityQuestion asked =
                question("535.129.03", "12.9", "9.0").withCompat(GpuClass.DATACENTER, version("12.4"));
        assertThat(compatibility.decide(asked).result()).isEqualTo(Result.RUNS_FORWARD);
        assertThat(compatibility.decide(asked.withJit()).result()).isEqualTo(Result.AT_RISK);
    }

    @Test
    void failureNamesEveryWayOut() {
        Decision decision = compatibility.decide(new CompatibilityQuestion(
                version("13.0"),
                version("535.129.03"),
                Optional.empty(),
                Optional.of(version("9.0")),
                Optional.of(GpuClass.DATACENTER),
                Optional.empty(),
                false,
                false));
        assertThat(decision.needsDriver()).contains(version("580.65.06"));
        assertThat(decision.actions())
                .containsExactly(
                        "use an image of CUDA 12.9 or older",
                        "or add cuda-compat-13-0 to the image (forward compatibility on R535)",
                        "or install driver 580.65.06 or newer");
    }

    @Test
    void fabricThatIsDownStopsEveryProgram() {
        CompatibilityQuestion well = question("580.65.06", "13.0", "9.0");
        CompatibilityQuestion down = new CompatibilityQuestion(
                well.toolkit(),
                well.driver(),
                Optional.empty(),
                well.capability(),
                Optional.empty(),
                Optional.empty(),
                false,
                true);
        assertThat(compatibility.decide(down).cudaError()).hasValue(802);
    }

    @Test
    void driverThatSaysAnotherCudaThanItsBranchIsNotBelieved() {
        CompatibilityQuestion asked = new CompatibilityQuestion(
                version("13.0"),
                version("535.129.03"),
                Optional.of(version("13.0")),
                Optional.of(version("9.0")),
                Optional.empty(),
                Optional.empty(),
                false,
                false);
        Decision decision = compatibility.decide(asked);
        assertThat(decision.result()).isEqualTo(Result.FAILS);
        assertThat(decision.reasons()).anyMatch(reason -> reason.contains("gpudiag's own path"));
    }
}
