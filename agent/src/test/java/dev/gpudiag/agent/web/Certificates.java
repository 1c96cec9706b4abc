package dev.gpudiag.agent.web;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes certificates with openssl. */
final class Certificates {

    private final Path folder;

    Certificates(Path folder) {
        this.folder = folder;
    }

    /** A certificate that signs itself, for localhost and for signing; {@code NAME.crt} and {@code NAME.key}. */
    void selfSigned(String name) throws Exception {
        String names = "subjectAltName=DNS:localhost,IP:127.0.0.1,DNS:" + name;
        run(List.of(("openssl req -x509 -newkey rsa:2048 -nodes -days 10 -subj /CN=" + name + " -keyout " + name
                        + ".key -out " + name + ".crt -addext " + names)
                .split(" ")));
    }

    /** The same, good in the year 2020. */
    void expired(String name) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(("-genkeypair -alias own -keyalg RSA -dname CN=" + name
                        + " -validity 366 -storetype PKCS12 -keystore store.p12 -storepass password"
                        + " -ext bc:c -ext san=dns:localhost,dns:" + name + " -startdate")
                .split(" ")));
        command.add("2020/01/01 00:00:00");
        run(command);
        run(List.of("openssl pkcs12 -in store.p12 -passin pass:password -nodes -out store.pem".split(" ")));
        run(List.of(("openssl x509 -in store.pem -out " + name + ".crt").split(" ")));
        run(List.of(("openssl pkey -in store.pem -out " + name + ".key").split(" ")));
    }

    /** A key in another form. */
    void convert(String... command) throws Exception {
        run(List.of(command));
    }

    private void run(List<String> command) throws IOException, InterruptedException {
        Path log = folder.resolve("openssl.log");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + Files.readString(log));
        }
    }
}
