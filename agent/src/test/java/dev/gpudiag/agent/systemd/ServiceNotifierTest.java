package dev.gpudiag.agent.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ServiceNotifierTest {

    private static final int PATIENCE = 20_000;
    private static final int A_WHILE = 150;

    @TempDir
    private Path folder;

    private final AtomicReference<Optional<String>> stalled = new AtomicReference<>(Optional.empty());

    private ServiceNotifier notifier(String socket, String... more) {
        Map<String, String> environment = new HashMap<>(Map.of("NOTIFY_SOCKET", socket));
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return new ServiceNotifier(environment, stalled::get);
    }

    private String path() {
        return folder.resolve("notify").toString();
    }

    @Test
    void readyComesWithTheFirstVerdictAndLaterVerdictsWhenTheyChange() {
        try (NotifyListener systemd = new NotifyListener(path());
                ServiceNotifier notifier = notifier(path())) {
            notifier.reloading();
            notifier.reloaded();
            notifier.verdict("OK: nothing wrong");
            notifier.verdict("OK: nothing wrong");
            notifier.verdict("CRITICAL: xid: gpu 3");
            notifier.stopping();

            assertThat(systemd.next(PATIENCE)).contains("READY=1\nSTATUS=OK: nothing wrong");
            assertThat(systemd.next(PATIENCE)).contains("STATUS=CRITICAL: xid: gpu 3");
            assertThat(systemd.next(PATIENCE)).contains("STOPPING=1\nSTATUS=stopping");
            assertThat(systemd.next(A_WHILE)).isEmpty();
        }
    }

    @Test
    void whatTheFirstVerdictWaitsForIsAStatusAndDoesNotMakeReady() {
        try (NotifyListener systemd = new NotifyListener(path());
                ServiceNotifier notifier = notifier(path())) {
            notifier.waiting("the driver");
            notifier.waiting("the driver");
            notifier.reloading();
            notifier.reloaded();
            notifier.verdict("OK");
            notifier.waiting("the driver");
            notifier.stopping();

            assertThat(systemd.next(PATIENCE)).contains("STATUS=starting: waits for the driver");
            assertThat(systemd.next(PATIENCE)).contains("READY=1\nSTATUS=OK");
            assertThat(systemd.next(PATIENCE)).contains("STOPPING=1\nSTATUS=stopping");
        }
    }

    @Test
    void aReloadIsToldWithTheMonotonicClockAndEndsReady() {
        try (NotifyListener systemd = new NotifyListener(path());
                ServiceNotifier notifier = notifier(path())) {
            notifier.verdict("OK");
            systemd.next(PATIENCE);
            long before = System.nanoTime() / 1000;
            notifier.reloading();
            notifier.reloaded();

            String message = systemd.next(PATIENCE).orElseThrow();
            assertThat(message).startsWith("RELOADING=1\nMONOTONIC_USEC=");
            assertThat(Long.parseLong(message.substring(message.lastIndexOf('=') + 1)))
                    .isBetween(before, System.nanoTime() / 1000);
            assertThat(systemd.next(PATIENCE)).contains("READY=1\nSTATUS=OK");
        }
    }

    @Test
    void anAbstractSocketIsReachedToo() {
        String name = "@gpudiag-test-" + ProcessHandle.current().pid();
        try (NotifyListener systemd = new NotifyListener(name);
                ServiceNotifier notifier = notifier(name)) {
            notifier.verdict("OK");
            assertThat(systemd.next(PATIENCE)).contains("READY=1\nSTATUS=OK");
        }
    }

    @Test
    void theWatchdogHearsOfAProgressingSchedulerAndNotOfAStalledOne() {
        try (NotifyListener systemd = new NotifyListener(path());
                ServiceNotifier notifier = notifier(path(), "WATCHDOG_USEC", "60000")) {
            assertThat(systemd.next(PATIENCE)).contains("WATCHDOG=1");
            assertThat(systemd.next(PATIENCE)).contains("WATCHDOG=1");
            stalled.set(Optional.of("no round has ended"));
            systemd.next(A_WHILE);
            while (systemd.next(0 + 1).isPresent()) {
                // what was sent before
            }
            assertThat(systemd.next(A_WHILE)).isEmpty();
            stalled.set(Optional.empty());
            assertThat(systemd.next(PATIENCE)).contains("WATCHDOG=1");
            notifier.stopping();
        }
    }

    @Test
    void aWatchdogOfAnotherProcessIsNotFed() {
        assertThat(ServiceNotifier.watchdogLimit(Map.of("WATCHDOG_USEC", "60000000", "WATCHDOG_PID", "1")))
                .isEmpty();
        String me = Long.toString(ProcessHandle.current().pid());
        assertThat(ServiceNotifier.watchdogLimit(Map.of("WATCHDOG_USEC", "60000000", "WATCHDOG_PID", me)))
                .contains(Duration.ofMinutes(1));
        assertThat(ServiceNotifier.watchdogLimit(Map.of("WATCHDOG_USEC", "soon")))
                .isEmpty();
        assertThat(ServiceNotifier.watchdogLimit(Map.of("WATCHDOG_USEC", "0"))).isEmpty();
    }

    @Test
    void aHostileNameInAVerdictIsNoAssignment() {
        try (NotifyListener systemd = new NotifyListener(path());
                ServiceNotifier notifier = notifier(path())) {
            notifier.verdict("WARNING: evil\nMAINPID=1\u001b[2J" + "x".repeat(500));
            String message = systemd.next(PATIENCE).orElseThrow();
            assertThat(message.lines()).hasSize(2).noneMatch(line -> line.startsWith("MAINPID"));
            assertThat(message).hasSizeLessThan(250).doesNotContain("\u001b");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "relative/path", "vsock:2:1234", "/", "/nowhere/notify"})
    void whereNobodyCanListenNothingHappens(String socket) {
        try (ServiceNotifier notifier = notifier(socket, "WATCHDOG_USEC", "1000000")) {
            notifier.verdict("OK");
            notifier.stopping();
        }
    }

    @Test
    void aSystemdThatDoesNotReadHoldsUpNothing() {
        try (NotifyListener deaf = new NotifyListener(path());
                ServiceNotifier notifier = notifier(path())) {
            for (int i = 0; i < 5000; i++) {
                notifier.verdict("OK " + i);
            }
            assertThat(deaf.next(PATIENCE)).contains("READY=1\nSTATUS=OK 0");
        }
    }
}
