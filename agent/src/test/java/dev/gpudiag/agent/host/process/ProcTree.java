package dev.gpudiag.agent.host.process;

import dev.gpudiag.agent.host.HostRoot;
import dev.gpudiag.telemetry.GpuHolder;
import dev.gpudiag.telemetry.HostSample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;

/** A host laid out by a test: {@code /proc} with processes, and what kubelet and runtimes keep. */
final class ProcTree {

    static final Duration TIME = Duration.ofSeconds(20);

    private final Path root;

    ProcTree(Path root) {
        this.root = root;
        directory("proc");
        directory("sys");
        file("proc/stat", "cpu  1 2 3\nbtime 1764000000\n");
        file("proc/2/comm", "kthreadd\n");
        file("proc/2/stat", "2 (kthreadd) S 0 0 0\n");
        directory("proc/2/fd");
        file("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nalice:x:1000:1000::/home/alice:/bin/bash\n");
    }

    Path path() {
        return root;
    }

    HostRoot host() {
        return new HostRoot(root);
    }

    ProcTree file(String path, String text) {
        try {
            Files.createDirectories(root.resolve(path).getParent());
            Files.write(root.resolve(path), text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    ProcTree directory(String path) {
        try {
            Files.createDirectories(root.resolve(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    ProcTree link(String path, String target) {
        try {
            Files.createDirectories(root.resolve(path).getParent());
            Files.deleteIfExists(root.resolve(path));
            Files.createSymbolicLink(root.resolve(path), Path.of(target));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    ProcTree fifo(String path) {
        try {
            Files.createDirectories(root.resolve(path).getParent());
            Files.deleteIfExists(root.resolve(path));
            int status = new ProcessBuilder("mkfifo", root.resolve(path).toString())
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new IllegalStateException("mkfifo: " + status);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return this;
    }

    /** A process that has a GPU open and nothing else. */
    Laid process(long pid) {
        return new Laid(pid);
    }

    HostSample look(Long... listed) {
        return new HostProcesses(host(), InstantSource.system()).look(Set.of(listed), TIME);
    }

    /** The holder with this pid, found by its open devices alone. */
    GpuHolder holder(long pid) {
        return look().holder(pid).orElseThrow(() -> new AssertionError("process " + pid + " was not found"));
    }

    /** One process, to be laid out further. */
    final class Laid {

        private final String directory;

        private Laid(long pid) {
            this.directory = "proc/" + pid + "/";
            file(directory + "comm", "python3\n");
            file(directory + "stat", pid + " (python3) S 1 1 1 0 -1 4194560 1 0 0 0 1 1 0 0 20 0 1 0 4711 1 1\n");
            file(directory + "status", "Name:\tpython3\nUid:\t1000\t1000\t1000\t1000\n");
            file(directory + "cmdline", "python3\0train.py\0");
            file(directory + "cgroup", "0::/user.slice/user-1000.slice/session-3.scope\n");
            file(directory + "maps", "");
            file(directory + "environ", "");
            link(directory + "fd/0", "socket:[4711]");
            link(directory + "fd/7", "/dev/nvidia0");
            link(directory + "fd/8", "/dev/nvidiactl");
            ProcTree.this.directory(directory + "root");
        }

        Laid cgroup(String text) {
            file(directory + "cgroup", text + "\n");
            return this;
        }

        Laid maps(String... paths) {
            StringBuilder text = new StringBuilder("5581a000-5581b000 r--p 00000000 00:00 0 \n");
            for (String path : paths) {
                text.append("7f21c4000000-7f21c4080000 r--p 00000000 08:01 1835 ")
                        .append(path)
                        .append('\n');
                text.append("7f21c4080000-7f21c4090000 r-xp 00080000 08:01 1835 ")
                        .append(path)
                        .append('\n');
            }
            file(directory + "maps", text + "7ffd0000-7ffd1000 rw-p 00000000 00:00 0 [stack]\n");
            return this;
        }

        Laid environ(String... variables) {
            file(directory + "environ", String.join("\0", variables) + "\0");
            return this;
        }

        /** A file in the process's own file system. */
        Laid inside(String path, String text) {
            file(directory + "root/" + path, text);
            return this;
        }

        Laid insideDirectory(String path) {
            ProcTree.this.directory(directory + "root/" + path);
            return this;
        }

        Laid insideLink(String path, String target) {
            link(directory + "root/" + path, target);
            return this;
        }

        Laid own(String name, String text) {
            file(directory + name, text);
            return this;
        }

        ProcTree and() {
            return ProcTree.this;
        }
    }
}
