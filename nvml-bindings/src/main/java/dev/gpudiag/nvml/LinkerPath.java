package dev.gpudiag.nvml;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Where the dynamic linker looks for a soname: LD_LIBRARY_PATH, its cache, its default directories.
 *
 * <p>Format of the cache: glibc's dl-cache.h, "glibc-ld.so.cache1.1", which every glibc since 2.32 writes alone.
 */
final class LinkerPath {
    /** Where drivers put the library below a root. */
    static final List<String> DRIVER_DIRECTORIES = List.of(
            "usr/lib/x86_64-linux-gnu",
            "usr/lib/aarch64-linux-gnu",
            "usr/lib64",
            "usr/lib",
            "usr/lib/wsl/lib",
            "lib/x86_64-linux-gnu",
            "lib/aarch64-linux-gnu",
            "lib64",
            "lib");

    private static final byte[] MAGIC = "glibc-ld.so.cache1.1".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER_BYTES = 48;
    private static final int ENTRY_BYTES = 24;

    private final Path root;
    private final String libraryPath;

    LinkerPath(Path root, String libraryPath) {
        this.root = root;
        this.libraryPath = libraryPath;
    }

    static LinkerPath ofProcess() {
        String libraryPath = System.getenv("LD_LIBRARY_PATH");
        return new LinkerPath(Path.of("/"), libraryPath == null ? "" : libraryPath);
    }

    /** Candidates in the linker's order; those of the cache are there, others may not be. */
    List<Path> find(String soname) {
        Set<Path> candidates = new LinkedHashSet<>();
        for (String directory : libraryPath.split("[:;]", -1)) {
            if (!directory.isEmpty()) {
                candidates.add(Path.of(directory).resolve(soname));
            }
        }
        candidates.addAll(cached(soname));
        for (String directory : DRIVER_DIRECTORIES) {
            candidates.add(root.resolve(directory).resolve(soname));
        }
        return List.copyOf(candidates);
    }

    private List<Path> cached(String soname) {
        try {
            byte[] cache = Files.readAllBytes(root.resolve("etc/ld.so.cache"));
            return entries(ByteBuffer.wrap(cache).order(ByteOrder.nativeOrder()), soname);
        } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException e) {
            return List.of();
        }
    }

    private List<Path> entries(ByteBuffer cache, String soname) {
        List<Path> paths = new ArrayList<>();
        if (!startsWithMagic(cache)) {
            return paths;
        }
        int count = cache.getInt(MAGIC.length);
        for (int i = 0; i < count; i++) {
            int at = HEADER_BYTES + i * ENTRY_BYTES;
            if (text(cache, cache.getInt(at + 4)).equals(soname)) {
                paths.add(root.resolve(text(cache, cache.getInt(at + 8)).substring(1)));
            }
        }
        return paths;
    }

    private static boolean startsWithMagic(ByteBuffer cache) {
        for (int i = 0; i < MAGIC.length; i++) {
            if (cache.get(i) != MAGIC[i]) {
                return false;
            }
        }
        return true;
    }

    private static String text(ByteBuffer cache, int offset) {
        StringBuilder text = new StringBuilder();
        for (int at = offset; cache.get(at) != 0; at++) {
            text.append((char) cache.get(at));
        }
        return text.toString();
    }
}
