package dev.gpudiag.agent.image;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** The small files of an image, by name; layers are passed over. */
interface ImageFiles {

    /** Larger than any manifest or configuration. */
    int FILE_LIMIT = 4 << 20;

    /** The file, empty where there is none or it is too large to be a manifest. */
    Optional<byte[]> file(String name) throws IOException;

    /** The whole content, where this is one JSON file and no archive. */
    default Optional<byte[]> single() {
        return Optional.empty();
    }

    /** The files of a directory; no symbolic link is followed. */
    static ImageFiles ofDirectory(Path directory) {
        return name -> {
            Path at = directory;
            for (String part : name.split("/", -1)) {
                if (part.isEmpty() || part.startsWith(".")) {
                    return Optional.empty();
                }
                at = at.resolve(part);
                if (Files.isSymbolicLink(at)) {
                    return Optional.empty();
                }
            }
            return Files.isRegularFile(at, LinkOption.NOFOLLOW_LINKS) && Files.size(at) <= FILE_LIMIT
                    ? Optional.of(Files.readAllBytes(at))
                    : Optional.empty();
        };
    }

    /** The files of an archive, or one JSON file. */
    static ImageFiles ofFile(Path path) throws IOException, ImageException {
        try (InputStream in = unpacked(new BufferedInputStream(Files.newInputStream(path), 1 << 16))) {
            in.mark(1);
            int first = in.read();
            in.reset();
            if (first == '{' || first == '[' || Character.isWhitespace(first)) {
                byte[] json = in.readNBytes(FILE_LIMIT + 1);
                if (json.length > FILE_LIMIT) {
                    throw new ImageException(path + " is longer than " + (FILE_LIMIT >> 20) + " MiB of JSON");
                }
                return new ImageFiles() {
                    @Override
                    public Optional<byte[]> file(String name) {
                        return Optional.empty();
                    }

                    @Override
                    public Optional<byte[]> single() {
                        return Optional.of(json);
                    }
                };
            }
            Map<String, byte[]> files = new TarReader(in, path.toString()).smallFiles();
            return name -> Optional.ofNullable(files.get(name));
        }
    }

    private static InputStream unpacked(BufferedInputStream in) throws IOException {
        in.mark(2);
        boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
        in.reset();
        return gzip ? new BufferedInputStream(new GZIPInputStream(in, 1 << 16), 1 << 16) : in;
    }
}
