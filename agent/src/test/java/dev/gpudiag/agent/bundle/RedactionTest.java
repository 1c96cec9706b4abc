package dev.gpudiag.agent.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {

    private final Redaction redaction = new Redaction(List.of("gpu-node-17.corp.example.com", "localhost"));

    private String clean(String text) {
        return redaction.apply("part.txt", text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HF_TOKEN=s3cr3t-value",
                "export AWS_SECRET_ACCESS_KEY='s3cr3t-value'",
                "\"password\": \"s3cr3t-value\"",
                "\"db_password\" : \"two words s3cr3t-value\"",
                "  api_key: s3cr3t-value # comment",
                "--token s3cr3t-value --port 80",
                "--api-key=s3cr3t-value",
                "[\"python\", \"--token\", \"s3cr3t-value\", \"serve\"]",
                "python\u0000--password\u0000s3cr3t-value\u0000x",
                "https://user:s3cr3t-value@registry.example.org/v2/",
                "Authorization: Basic s3cr3t-value==",
                "curl -H 'Authorization: Bearer s3cr3t-value.abc'",
                "Cookie: session=s3cr3t-value",
                "-----BEGIN RSA PRIVATE KEY-----\nMIIEs3cr3t-value\n-----END RSA PRIVATE KEY-----",
                "{\\\"token\\\":\\\"s3cr3t-value\\\"}",
                "passwd=s3cr3t-value"
            })
    void aSecretIsTakenOutWhateverItsForm(String text) {
        assertThat(clean(text))
                .contains("[redacted secret]")
                .doesNotContain("s3cr3t")
                .doesNotContain("MIIE");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AKIAIOSFODNN7EXAMPLE",
                "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
                "hf_abcdefghijklmnopqrst",
                "sk-proj-abcdefghijklmnopqrstuv",
                "xoxb-1234567890-abcdefghij",
                "nvapi-abcdefghijklmnopqrstuvwx",
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
                "$2b$12$GhvMmNVjRW29ulnudl.LbuAnUtN/LRfe1JsBm1Xu6LE3059z5Tr8m",
                "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYabcdefgh"
            })
    void aTokenIsKnownByItsShape(String token) {
        assertThat(clean("x " + token + " y")).isEqualTo("x [redacted secret] y");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GPU-b42dd28e-ffdd-8720-1df0-98bd8cdc0500",
                "MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f",
                "NVRM: Xid (PCI:0000:18:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.",
                "driver 580.105.08, NVML 13.580.105.08, VBIOS 96.00.74.00.01, kernel 6.8.0-45-generic",
                "0::/kubepods.slice/kubepods-burstable.slice/cri-containerd-0123456789abcdef0123456789abcdef.scope",
                "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "nvmlDeviceGetTemperature: 51, nvmlDeviceGetCurrentClocksEventReasons: 0x4",
                "0000:65:00.0 at 12:34:56, 2026-11-24T19:20:00Z",
                "NVIDIA H100 80GB HBM3, part 692-2G520-0200-000, serial 1654423001500",
                "listens on 127.0.0.1:9836 and ::1",
                "token: null, \"secret\": false"
            })
    void whatAVendorNeedsStays(String text) {
        assertThat(clean(text)).isEqualTo(text);
    }

    @Test
    void aMachineHasTheSameNameEverywhereAndOthersHaveAnother() {
        assertThat(
                        clean(
                                "gpu-node-17 sees GPU-NODE-17.corp.example.com and gpu-node-18.corp.example.com; agpu-node-17b"))
                .isEqualTo("host-3 sees host-1 and host-2; agpu-node-17b");
        assertThat(redaction.apply("other.txt", "gpu-node-17")).isEqualTo("host-3");
    }

    @Test
    void addressesAreToldApart() {
        assertThat(clean("10.1.2.3 10.1.2.4 10.1.2.3 fe80::1ff:fe23:4567:890a 00:1b:44:11:3a:b7 ops@example.com"))
                .isEqualTo("ip-1 ip-2 ip-1 ip-3 mac-1 mail-1");
    }

    @Test
    void theListSaysWhatAndWhereAndNeverTheValue() {
        clean("HF_TOKEN=s3cr3t-value HF_TOKEN=s3cr3t-other on gpu-node-17");

        Map<String, Integer> taken = redaction.taken().entrySet().stream()
                .collect(Collectors.toMap(
                        entry -> entry.getKey().kind() + " " + entry.getKey().name() + " in "
                                + entry.getKey().part(),
                        Map.Entry::getValue));

        assertThat(taken)
                .containsOnly(
                        Map.entry("secret HF_TOKEN in part.txt", 2), Map.entry("host name host-1 in part.txt", 1));
    }

    @Test
    @Timeout(30)
    void hostileTextTakesTimeInProportionToItsLength() {
        for (String piece :
                List.of("token=", "a:", "-----BEGIN PRIVATE KEY-----", "x@", "Aa1", "--token ", "::1:", "1.", "\"")) {
            String text = piece.repeat(400_000 / piece.length());

            assertThat(clean(text)).as(piece).isNotNull();
        }
    }
}
