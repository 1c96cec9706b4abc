package dev.gpudiag.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gpudiag.agent.report.TorchPicture;
import dev.gpudiag.checks.memory.torch.SnapshotAnalysis;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/** The file that a picture is written to; one that exists is never written over. */
record PictureFile(Path path, boolean html) {

    /** The file that the user named, by whose ending the form is chosen. */
    static PictureFile of(Path path) throws UsageException {
        String name = path.toString().toLowerCase(Locale.ROOT);
        boolean html = name.endsWith(".html") || name.endsWith(".htm");
        if (!html && !name.endsWith(".svg")) {
            throw new UsageException("--picture: " + path + " ends neither in .svg nor in .html");
        }
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new UsageException("--picture: " + path + " exists, and is not written over");
        }
        return new PictureFile(path, html);
    }

    void write(SnapshotAnalysis analysis) throws UnusableFileException {
        String picture = html ? TorchPicture.html(analysis) : TorchPicture.svg(analysis);
        try {
            Files.writeString(path, picture, UTF_8, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            throw new UnusableFileException(path + " exists, and is not written over");
        } catch (IOException e) {
            throw new UnusableFileException("cannot write " + path + ": " + e.getMessage());
        }
    }
}
