package dev.gpudiag.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinkerPathTest {
    private static final String SONAME = "libnvidia-ml.so.1";

    @TempDir
    Path root;

    @Test
    void theLinkersOwnCacheOfThisMachineIsUnderstood() {
        assumeTrue(Files.isReadable(Path.of("/etc/ld.so.cache")), "no ld.so.cache here");

        assertThat(new LinkerPath(Path.of("/"), "").find("libc.so.6"))
                .anySatisfy(path -> assertThat(path).isRegularFile());
    }

    @Test
    void theOrderIsThatOfTheLinker() throws IOException {
        cache(cacheOf(SONAME, "/opt/nvidia/lib/libnvidia-ml.so.1"));

        assertThat(new LinkerPath(root, "/first::/second").find(SONAME))
                .startsWith(
                        Path.of("/first/libnvidia-ml.so.1"),
                        Path.of("/second/libnvidia-ml.so.1"),
                        root.resolve("opt/nvidia/lib/libnvidia-ml.so.1"),
                        root.resolve("usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1"));
    }

    @Test
    void aBrokenCacheIsNoCache() throws IOException {
        byte[] whole = cacheOf(SONAME, "/opt/nvidia/lib/libnvidia-ml.so.1");
        int places = new LinkerPath(root, "").find(SONAME).size();
        byte[] boasting = whole.clone();
        Arrays.fill(boasting, 20, 24, (byte) 0x7f);

        for (byte[] broken : new byte[][] {
            {},
            "no cache at all, but long enough to hold a header".getBytes(StandardCharsets.US_ASCII),
            boasting,
            Arrays.copyOf(whole, 60),
            Arrays.copyOf(whole, whole.length - 3)
        }) {
            cache(broken);
            assertThat(new LinkerPath(root, "").find(SONAME)).hasSize(places);
        }
    }

    private void cache(byte[] content) throws IOException {
        Files.createDirectories(root.resolve("etc"));
        Files.write(root.resolve("etc/ld.so.cache"), content);
    }

    /** One entry, as glibc's dl-cache.h lays it out: header of 48 bytes, entry of 24, texts. */
    private static byte[] cacheOf(String soname, String path) {
        byte[] texts = (soname + "\0" + path + "\0").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer cache = ByteBuffer.allocate(72 + texts.length).order(ByteOrder.nativeOrder());
        cache.put("glibc-ld.so.cache1.1".getBytes(StandardCharsets.US_ASCII))
                .putInt(1)
                .putInt(texts.length);
        cache.putInt(52, 72).putInt(56, 72 + soname.length() + 1);
        return cache.put(72, texts).array();
    }
}
