package dev.gpudiag.checks.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gpudiag.checks.cuda.CompatibilityQuestion.GpuClass;
import dev.gpudiag.telemetry.Version;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GpuModelTest {

    @ParameterizedTest
    @CsvSource({
        "NVIDIA A100-SXM4-80GB,                   8.0,  DATACENTER",
        "A100-PCIE-40GB,                          8.0,  DATACENTER",
        "NVIDIA A100X,                            8.0,  DATACENTER",
        "NVIDIA A30,                              8.0,  DATACENTER",
        "NVIDIA A800-SXM4-80GB,                   8.0,  DATACENTER",
        "NVIDIA A800 40GB Active,                 8.0,  WORKSTATION",
        "NVIDIA A10G,                             8.6,  DATACENTER",
        "NVIDIA A2,                               8.6,  DATACENTER",
        "NVIDIA A40-48Q,                          8.6,  DATACENTER",
        "NVIDIA H100 80GB HBM3,                   9.0,  DATACENTER",
        "NVIDIA H100XM-80C,                       9.0,  DATACENTER",
        "NVIDIA H20,                              9.0,  DATACENTER",
        "NVIDIA H200 NVL,                         9.0,  DATACENTER",
        "NVIDIA GH200 480GB,                      9.0,  DATACENTER",
        "NVIDIA L4,                               8.9,  DATACENTER",
        "NVIDIA L40S,                             8.9,  DATACENTER",
        "NVIDIA B200,                             10.0, DATACENTER",
        "NVIDIA GB200,                            10.0, DATACENTER",
        "NVIDIA B300 SXM6 AC,                     10.3, DATACENTER",
        "NVIDIA GB300,                            10.3, DATACENTER",
        "NVIDIA GB10,                             12.1, ",
        "Tesla T4,                                7.5,  DATACENTER",
        "NVIDIA T4G,                              7.5,  DATACENTER",
        "NVIDIA T400 4GB,                         7.5,  WORKSTATION",
        "NVIDIA T1000 8GB,                        7.5,  WORKSTATION",
        "Tesla V100-SXM2-16GB,                    7.0,  DATACENTER",
        "GRID V100DX-32C,                         7.0,  DATACENTER",
        "Tesla P100-PCIE-12GB,                    6.0,  DATACENTER",
        "Tesla P40,                               6.1,  DATACENTER",
        "Tesla M60,                               5.2,  DATACENTER",
        "Tesla M10,                               5.0,  DATACENTER",
        "Tesla K80,                               3.7,  DATACENTER",
        "Tesla K40m,                              3.5,  DATACENTER",
        "GRID K520,                               3.0,  DATACENTER",
        "Tesla M2090,                             ,     DATACENTER",
        "NVIDIA RTX A6000,                        8.6,  WORKSTATION",
        "NVIDIA RTX A5000 Laptop GPU,             8.6,  WORKSTATION",
        "NVIDIA RTX 6000 Ada Generation,          8.9,  WORKSTATION",
        "NVIDIA RTX 4000 SFF Ada Generation,      8.9,  WORKSTATION",
        "NVIDIA RTX PRO 6000 Blackwell Server Edition, 12.0, DATACENTER",
        "NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition, 12.0, WORKSTATION",
        "Quadro RTX 8000,                         7.5,  WORKSTATION",
        "Quadro GV100,                            7.0,  WORKSTATION",
        "Quadro P400,                             6.1,  WORKSTATION",
        "Quadro M4000,                            ,     WORKSTATION",
        "NVIDIA GeForce RTX 5090,                 12.0, GEFORCE",
        "NVIDIA GeForce RTX 4090 Laptop GPU,      8.9,  GEFORCE",
        "NVIDIA GeForce RTX 3050 A Laptop GPU,    ,     GEFORCE",
        "NVIDIA GeForce RTX 3090 Ti,              8.6,  GEFORCE",
        "NVIDIA GeForce RTX 2050,                 8.6,  GEFORCE",
        "GeForce RTX 2080 Ti,                     7.5,  GEFORCE",
        "GeForce GTX 1650 SUPER,                  7.5,  GEFORCE",
        "GeForce GTX 1080 Ti,                     6.1,  GEFORCE",
        "NVIDIA GeForce GT 1030,                  6.1,  GEFORCE",
        "GeForce GT 730,                          ,     GEFORCE",
        "NVIDIA TITAN V,                          7.0,  GEFORCE",
        "NVIDIA TITAN RTX,                        7.5,  GEFORCE",
        "P106-100,                                ,     GEFORCE",
        "NVIDIA Graphics Device,                  ,     ",
        "NVIDIA CMP 170HX,                        ,     ",
        "Orin (nvgpu),                            ,     ",
        "'',                                      ,     ",
    })
    void nameTellsTheCapabilityWhereItIsCertainAndTheKindOfBoard(String name, String capability, GpuClass kind) {
        GpuModel model = GpuModel.ofName(name);
        assertThat(model.capability()).isEqualTo(Optional.ofNullable(capability).flatMap(Version::parse));
        assertThat(model.gpuClass()).isEqualTo(Optional.ofNullable(kind));
    }

    @Test
    void capabilityThatANameTellsIsOneThatSomeDriverRuns() {
        for (String name : new String[] {"NVIDIA B300", "NVIDIA GB10", "Tesla K10", "NVIDIA L4", "Tesla M10"}) {
            Version capability = GpuModel.ofName(name).capability().orElseThrow();
            assertThat(DriverSupport.ofCapability(capability.toString()))
                    .as(name)
                    .isPresent();
        }
    }

    @Test
    void architectureTellsTheCapabilityOnlyWhereAllItsBoardsHaveOne() {
        assertThat(GpuModel.capabilityOfArchitecture("Hopper")).contains(Version.of(9, 0));
        assertThat(GpuModel.capabilityOfArchitecture("Ada Lovelace")).contains(Version.of(8, 9));
        assertThat(GpuModel.capabilityOfArchitecture("Ampere")).isEmpty();
        assertThat(GpuModel.capabilityOfArchitecture("Blackwell")).isEmpty();
    }

    @Test
    void nameWithoutEndIsReadToItsLimit() {
        assertThat(GpuModel.ofName("x".repeat(1_000_000) + " Tesla T4").gpuClass())
                .isEmpty();
    }
}
