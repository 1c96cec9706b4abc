package dev.gpudiag.agent.host;

import static dev.gpudiag.telemetry.HostQuantities.CDI_MISSING_FILES;
import static dev.gpudiag.telemetry.HostQuantities.CDI_SPECS;

import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Reading.Reason;
import dev.gpudiag.telemetry.Readings;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads the CDI specifications of NVIDIA devices and looks for the files that they name.
 *
 * <p>They lie in {@code /etc/cdi} and {@code /var/run/cdi} and list the driver's libraries by version, as {@code nvidia-ctk
 * cdi generate} found them. What may not be looked at does not count as missing.
 */
final class CdiSpecifications {

    private static final List<String> DIRECTORIES = List.of("/etc/cdi", "/var/run/cdi");
    private static final String SOURCE = String.join(", ", DIRECTORIES);
    private static final String KIND = "nvidia.com/";
    private static final int SIZE_LIMIT = 2 * 1024 * 1024;
    private static final int FILE_LIMIT = 64;
    private static final int SHOWN = 6;

    private final HostRoot root;
    private final List<String> specifications = new ArrayList<>();
    private final Set<String> missing = new TreeSet<>();
    private Optional<Reading<String>> problem = Optional.empty();

    CdiSpecifications(HostRoot root) {
        this.root = root;
    }

    Readings read() {
        DIRECTORIES.forEach(this::readDirectory);
        Reading<String> none = Reading.missing(Reason.NOT_SUPPORTED, SOURCE, "no CDI specification of NVIDIA devices");
        return Readings.builder()
                .put(
                        CDI_SPECS,
                        specifications.isEmpty()
                                ? problem.orElse(none)
                                : Reading.of(String.join(", ", specifications), SOURCE))
                .put(CDI_MISSING_FILES, specifications.isEmpty() ? problem.orElse(none) : missingFiles())
                .build();
    }

    private Reading<String> missingFiles() {
        if (missing.isEmpty() && problem.isPresent()) {
            return problem.get();
        }
        List<String> shown = missing.stream().limit(SHOWN).toList();
        int more = missing.size() - shown.size();
        return Reading.of(String.join(", ", shown) + (more > 0 ? " and " + more + " more" : ""), SOURCE);
    }

    private void readDirectory(String directory) {
        try {
            List<String> names = root.names(directory, CdiSpecifications::isSpecification);
            for (String name : names.subList(0, Math.min(names.size(), FILE_LIMIT))) {
                readFile(directory + "/" + name);
            }
        } catch (IOException e) {
            note(directory, e);
        }
    }

    private static boolean isSpecification(String name) {
        return name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
    }

    private void readFile(String path) {
        try {
            CdiDocument document = CdiDocument.parse(root.text(path, SIZE_LIMIT));
            if (!document.kind().contains(KIND)) {
                return; // another vendor's
            }
            specifications.add(path);
            document.hostPaths().stream().filter(this::isMissing).forEach(missing::add);
        } catch (CdiDocument.UnusableException e) {
            note(path, new FileSystemException(path, null, e.getMessage()));
        } catch (IOException e) {
            note(path, e);
        }
    }

    private boolean isMissing(String path) {
        try {
            root.locate(path);
            return false;
        } catch (NoSuchFileException | NotDirectoryException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The first thing that could not be read; that there is no directory is no problem. */
    private void note(String path, IOException error) {
        Reading<String> reading = HostRoot.missing(path, error);
        if (problem.isEmpty() && !reading.reason().equals(Optional.of(Reason.NOT_SUPPORTED))) {
            problem = Optional.of(reading);
        }
    }
}
