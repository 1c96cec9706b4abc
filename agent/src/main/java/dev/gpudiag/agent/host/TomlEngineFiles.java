package dev.gpudiag.agent.host;

import dev.gpudiag.telemetry.Reading;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The TOML files of containerd and CRI-O, of which only tables of runtimes and the name of the default one are read.
 *
 * <p>A later file wins, as with the engines. Of containerd's drop-ins the default counts only where the main file imports
 * them; where it does not say so and they differ, the default is not known.
 */
final class TomlEngineFiles implements EngineFiles {

    private static final int LINE_LIMIT = 1024;

    /** {@code [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.nvidia.options]}, {@code [crio.runtime.runtimes.nvidia]} */
    private static final Pattern TABLE =
            Pattern.compile("\\[[^\\[\\]]*\\bruntimes\\.[\"']?([\\w-]{1,64})[\"']?(?:\\.options)?\\]\\s*(?:#.*)?");

    private static final Pattern ENTRY =
            Pattern.compile("(\\w{1,64})\\s*=\\s*(?:\"([^\"\\\\]*)\"|'([^']*)')\\s*(?:#.*)?");

    private final String engine;
    private final String program;
    private final String defaultName;
    private final EngineTexts main;
    private final EngineTexts dropIns;
    private final boolean imported;

    private TomlEngineFiles(
            String engine,
            String program,
            String defaultName,
            EngineTexts main,
            EngineTexts dropIns,
            boolean imported) {
        this.engine = engine;
        this.program = program;
        this.defaultName = defaultName;
        this.main = main;
        this.dropIns = dropIns;
        this.imported = imported;
    }

    static TomlEngineFiles containerd(HostRoot root) {
        EngineTexts main = new EngineTexts(root).file("/etc/containerd/config.toml");
        boolean imported = main.texts().stream()
                .flatMap(String::lines)
                .map(String::strip)
                .anyMatch(line -> line.startsWith("imports") && line.contains("/etc/containerd/conf.d/"));
        EngineTexts dropIns = new EngineTexts(root).directory("/etc/containerd/conf.d", ".toml");
        return new TomlEngineFiles("containerd", "BinaryName", "default_runtime_name", main, dropIns, imported);
    }

    /** CRI-O always reads its drop-ins; older toolkits gave it a hook in place of a runtime. */
    static TomlEngineFiles crio(HostRoot root) {
        EngineTexts dropIns = new EngineTexts(root)
                .directory("/etc/crio/crio.conf.d", ".conf")
                .directory("/etc/crio/crio.conf.d", ".toml")
                .directory("/usr/share/containers/oci/hooks.d", ".json")
                .directory("/etc/containers/oci/hooks.d", ".json");
        EngineTexts main = new EngineTexts(root).file("/etc/crio/crio.conf");
        return new TomlEngineFiles("CRI-O", "runtime_path", "default_runtime", main, dropIns, true);
    }

    @Override
    public String engine() {
        return engine;
    }

    @Override
    public boolean namesNvidia() {
        return main.nameNvidia() || dropIns.nameNvidia();
    }

    @Override
    public Optional<Reading<String>> problem() {
        return main.problem().or(dropIns::problem);
    }

    @Override
    public Optional<DefaultRuntime> defaultRuntime() {
        Runtimes runtimes = new Runtimes();
        main.texts().forEach(runtimes::add);
        Optional<DefaultRuntime> first = runtimes.chosen();
        dropIns.texts().forEach(runtimes::add);
        Optional<DefaultRuntime> last = runtimes.chosen();
        return imported || first.equals(last) ? last : Optional.empty();
    }

    /** The tables of runtimes as they are after some files. */
    private final class Runtimes {

        private final Map<String, String> programs = new HashMap<>();
        private String name = "";

        void add(String text) {
            String table = "";
            for (String line : text.lines().map(String::strip).toList()) {
                if (line.length() > LINE_LIMIT) {
                    continue;
                }
                if (line.startsWith("[")) {
                    Matcher runtime = TABLE.matcher(line);
                    table = runtime.matches() ? runtime.group(1) : "";
                } else {
                    entry(table, line);
                }
            }
        }

        private void entry(String table, String line) {
            Matcher entry = ENTRY.matcher(line);
            if (!entry.matches()) {
                return;
            }
            String value = entry.group(2) == null ? entry.group(3) : entry.group(2);
            if (entry.group(1).equals(defaultName)) {
                name = value;
            } else if (entry.group(1).equals(program) && !table.isEmpty()) {
                programs.put(table, value);
            }
        }

        Optional<DefaultRuntime> chosen() {
            return Optional.ofNullable(programs.get(name))
                    .filter(path -> !path.isEmpty())
                    .map(path -> new DefaultRuntime(engine, name, path));
        }
    }
}
