package dev.gpudiag.agent.host.process;

import dev.gpudiag.agent.host.HostRoot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Sees programs that need everybody to let go of the driver: those that unload its module, reset a GPU or change MIG.
 *
 * <p>Looks at the names of processes that are new, and at the command line of those few whose name fits, so that a look is
 * cheap and meets no process that hangs whoever reads it. Not thread-safe.
 */
public final class DriverRequests {

    private static final int LOOKS_AT_A_NEW_PROCESS = 3; // it may be a shell that is about to become the program
    private static final int COMMAND_LINE_BYTES = 4096;
    private static final int SHOWN = 80;
    private static final Set<String> INSTALLERS = Set.of("nvidia-installe", "nvidia-uninstal", "nvidia-mig-part");
    private static final Set<String> SMI_OPTIONS = Set.of("-r", "--gpu-reset", "-mig", "--multi-instance-gpu");
    private static final Set<String> MIG_OPTIONS = Set.of("-cgi", "-cci", "-dgi", "-dci");

    private final HostRoot root;
    private Map<String, Integer> looks = new HashMap<>();
    private Map<String, String> asking = new HashMap<>();

    public DriverRequests(HostRoot root) {
        this.root = root;
    }

    /** What asks for it now, such as {@code modprobe -r nvidia (pid 4711)}; empty where nothing does, or can be seen. */
    public Optional<String> look() {
        if (root.readLine("/sys/module/nvidia/initstate")
                .value()
                .filter("going"::equals)
                .isPresent()) {
            return Optional.of("the nvidia module is being unloaded");
        }
        Map<String, Integer> now = new HashMap<>();
        Map<String, String> found = new HashMap<>();
        for (String pid : pids()) {
            int looked = looks.getOrDefault(pid, 0);
            if (looked < LOOKS_AT_A_NEW_PROCESS) {
                request(pid).ifPresent(command -> found.put(pid, command));
            } else if (asking.containsKey(pid)) {
                found.put(pid, asking.get(pid));
            }
            now.put(pid, Math.min(looked + 1, LOOKS_AT_A_NEW_PROCESS));
        }
        looks = now;
        asking = found;
        return found.entrySet().stream()
                .findFirst()
                .map(request -> request.getValue() + " (pid " + request.getKey() + ")");
    }

    private List<String> pids() {
        try {
            return root.names("/proc", name -> Character.isDigit(name.charAt(0)));
        } catch (IOException e) {
            return List.of();
        }
    }

    private Optional<String> request(String pid) {
        return root.readLine("/proc/" + pid + "/comm")
                .value()
                .filter(DriverRequests::mayAsk)
                .flatMap(comm ->
                        commandLine(pid).filter(words -> asks(comm, words)).map(words -> shown(comm, words)));
    }

    private static boolean mayAsk(String comm) {
        return comm.equals("modprobe")
                || comm.equals("rmmod")
                || comm.equals("nvidia-smi")
                || INSTALLERS.contains(comm);
    }

    private Optional<List<String>> commandLine(String pid) {
        try {
            byte[] bytes = root.bytes("/proc/" + pid + "/cmdline", COMMAND_LINE_BYTES);
            List<String> words = Arrays.asList(new String(bytes, StandardCharsets.UTF_8).split("\0"));
            return words.size() < 2 ? Optional.empty() : Optional.of(words.subList(1, words.size()));
        } catch (IOException e) {
            return Optional.empty(); // it has ended
        }
    }

    private static boolean asks(String comm, List<String> words) {
        return switch (comm) {
            case "modprobe" -> removes(words) && ofNvidia(words);
            case "rmmod" -> ofNvidia(words);
            case "nvidia-smi" ->
                words.stream().anyMatch(SMI_OPTIONS::contains)
                        || (words.contains("mig") && words.stream().anyMatch(MIG_OPTIONS::contains));
            default -> words.stream().noneMatch(word -> word.equals("--help") || word.equals("export"));
        };
    }

    private static boolean removes(List<String> words) {
        return words.stream().anyMatch(word -> word.equals("--remove") || word.matches("-[a-z]*r[a-z]*"));
    }

    private static boolean ofNvidia(List<String> words) {
        return words.stream().anyMatch(word -> word.startsWith("nvidia"));
    }

    private static String shown(String comm, List<String> words) {
        String text = (comm + " " + String.join(" ", words)).replaceAll("[^\\x20-\\x7e]", "?");
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN - 3) + "...";
    }
}
