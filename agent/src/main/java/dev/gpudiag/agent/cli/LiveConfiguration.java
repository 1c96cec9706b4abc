package dev.gpudiag.agent.cli;

import dev.gpudiag.agent.config.AgentSettings;
import dev.gpudiag.agent.config.ConfigurationFile;
import dev.gpudiag.agent.timeline.TimelineEvent;
import dev.gpudiag.checks.Setting;
import dev.gpudiag.checks.Settings;
import dev.gpudiag.checks.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Reads the configuration again, at SIGHUP and when its file changes, and puts it in force while the agent runs.
 *
 * <p>One that is broken changes nothing; that is logged, told by {@link #problems()}, and goes away with the next good one. A
 * setting that cannot change while the agent runs is told until it is restarted. Thread-safe.
 */
public final class LiveConfiguration {

    private static final System.Logger LOG = System.getLogger("gpudiag");

    private final Reading reading;
    private final Optional<ConfigurationFile> file;
    private final Listener listener;
    private final SettingsSource.Configured started;
    private SettingsSource.Configured inForce;
    private Optional<String> broken = Optional.empty();
    private List<String> waiting = List.of();

    /** Reads file, environment and flags again. */
    @FunctionalInterface
    public interface Reading {
        SettingsSource.Configured read() throws UsageException, UnusableFileException;
    }

    /** Who acts on what was read. */
    interface Listener {

        /** Before anything is read. */
        void reading();

        /**
         * Puts it in force.
         *
         * @return what else has to wait for a restart, a sentence each
         */
        List<String> apply(SettingsSource.Configured configured);

        /** After it was read, for better or worse. */
        void read(boolean successful, TimelineEvent event);
    }

    /**
     * @param started what the agent was started with
     * @param file the file that was read, or would be if it were there
     */
    LiveConfiguration(
            SettingsSource.Configured started, Reading reading, Optional<ConfigurationFile> file, Listener listener) {
        this.started = started;
        this.inForce = started;
        this.reading = reading;
        this.file = file;
        this.listener = listener;
    }

    /** Reads it again where its file has changed; to be called every few seconds. */
    synchronized void look() {
        if (file.filter(ConfigurationFile::isChanged).isPresent()) {
            reload("its file has changed");
        }
    }

    /** Reads it again. */
    synchronized void reload(String why) {
        listener.reading();
        try {
            if (started.file().isPresent()
                    && file.filter(ConfigurationFile::isGoneNow).isPresent()) {
                throw new UnusableFileException(started.file().get() + " is gone");
            }
            SettingsSource.Configured next = reading.read();
            List<Setting<?>> changed = changed(inForce.settings(), next.settings());
            boolean others = !inForce.skippedChecks().equals(next.skippedChecks());
            List<String> notYet = new ArrayList<>(changed(started.settings(), next.settings()).stream()
                    .filter(AgentSettings::needsRestart)
                    .map(setting -> setting.key() + " needs a restart of the agent")
                    .toList());
            notYet.addAll(listener.apply(next));
            inForce = next;
            broken = Optional.empty();
            waiting = notYet;
            String keys = changed.stream().map(Setting::key).collect(Collectors.joining(", "))
                    + (others ? (changed.isEmpty() ? "" : ", ") + "checks.skip" : "");
            String text = "configuration read again, since " + why + ": "
                    + (keys.isEmpty() ? "nothing has changed" : keys + " changed")
                    + notYet.stream().map(sentence -> "; " + sentence).collect(Collectors.joining());
            LOG.log(System.Logger.Level.INFO, "{0}", text);
            listener.read(true, event("reloaded", Status.INFO, text));
        } catch (UsageException | UnusableFileException e) {
            String text =
                    String.join("; ", String.valueOf(e.getMessage()).lines().toList());
            String sentence = "the configuration of before stays in force: " + text;
            if (!broken.equals(Optional.of(sentence))) {
                LOG.log(System.Logger.Level.ERROR, "{0}", sentence);
            }
            broken = Optional.of(sentence);
            listener.read(false, event("refused", Status.WARNING, sentence));
        }
    }

    private static TimelineEvent event(String action, Status severity, String text) {
        return TimelineEvent.of(Instant.now(), TimelineEvent.Kind.CONFIGURATION, action, severity, text);
    }

    private static List<Setting<?>> changed(Settings before, Settings now) {
        List<Setting<?>> all = new ArrayList<>(before.changed());
        now.changed().stream().filter(setting -> !all.contains(setting)).forEach(all::add);
        return all.stream()
                .filter(setting -> !before.get(setting).equals(now.get(setting)))
                .toList();
    }

    /** What is wrong, or waits for a restart; a sentence each. */
    synchronized List<String> problems() {
        List<String> problems = new ArrayList<>();
        broken.ifPresent(problems::add);
        problems.addAll(waiting);
        return problems;
    }

    /** Calls {@link #look} every so often, and {@link #reload} at SIGHUP, until the process ends. */
    void follow(long millis, Consumer<Runnable> hangup) {
        Object wake = new Object();
        boolean[] asked = new boolean[1];
        hangup.accept(() -> {
            synchronized (wake) {
                asked[0] = true;
                wake.notifyAll();
            }
        });
        Thread thread = new Thread(
                () -> {
                    while (true) {
                        boolean now;
                        synchronized (wake) {
                            try {
                                if (!asked[0]) {
                                    wake.wait(millis);
                                }
                            } catch (InterruptedException e) {
                                return;
                            }
                            now = asked[0];
                            asked[0] = false;
                        }
                        if (now) {
                            reload("SIGHUP was sent");
                        } else {
                            look();
                        }
                    }
                },
                "gpudiag-configuration");
        thread.setDaemon(true);
        thread.start();
    }
}
