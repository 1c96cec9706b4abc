package dev.gpudiag.agent.web;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificates and private keys in PEM: keys as PKCS#8, and as the older forms for RSA (PKCS#1) and EC (SEC 1), which
 * certificate managers still write; both are PKCS#8 within a frame that is put around them.
 */
final class PemFile {

    private static final int SIZE_LIMIT = 1 << 20;
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \\1-----");

    /** SEQUENCE { OID rsaEncryption, NULL }. */
    private static final byte[] RSA = der("300d06092a864886f70d0101010500");

    /** OID ecPublicKey. */
    private static final byte[] EC = der("06072a8648ce3d0201");

    /** The tag of the curve within an EC key: [0] EXPLICIT. */
    private static final int CURVE = 0xa0;

    private PemFile() {}

    /** A block between its lines. */
    @SuppressWarnings("ArrayRecordComponent") // it is read at once and compared with nothing
    private record Block(String kind, byte[] der) {}

    /** All certificates of the file, in its order; at least one. */
    static List<X509Certificate> certificates(Path file) throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks(file)) {
            if (block.kind().equals("CERTIFICATE")) {
                certificates.add(certificate(file, block));
            }
        }
        if (certificates.isEmpty()) {
            throw new IOException(file + " holds no certificate in PEM");
        }
        return certificates;
    }

    private static X509Certificate certificate(Path file, Block block) throws IOException {
        try {
            Certificate read =
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(block.der()));
            return (X509Certificate) read;
        } catch (GeneralSecurityException e) {
            throw new IOException(file + ": a certificate cannot be read", e);
        }
    }

    /** The first private key of the file. */
    static PrivateKey key(Path file) throws IOException {
        for (Block block : blocks(file)) {
            switch (block.kind()) {
                case "PRIVATE KEY" -> {
                    return key(file, block.der());
                }
                case "RSA PRIVATE KEY" -> {
                    return key(file, framed(RSA, block.der()));
                }
                case "EC PRIVATE KEY" -> {
                    byte[] algorithm = sequence(concat(EC, curve(file, block.der())));
                    return key(file, framed(algorithm, block.der()));
                }
                case "ENCRYPTED PRIVATE KEY" ->
                    throw new IOException(file + ": the key is encrypted, and nobody is there to be asked");
                default -> {} // certificates, EC PARAMETERS
            }
        }
        throw new IOException(file + " holds no private key in PEM");
    }

    private static PrivateKey key(Path file, byte[] pkcs8) throws IOException {
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(pkcs8);
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (GeneralSecurityException e) {
                // another algorithm's
            }
        }
        throw new IOException(file + ": the private key cannot be read");
    }

    private static List<Block> blocks(Path file) throws IOException {
        Matcher matcher = BLOCK.matcher(text(file));
        List<Block> blocks = new ArrayList<>();
        while (matcher.find()) {
            try {
                blocks.add(new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2))));
            } catch (IllegalArgumentException e) {
                throw new IOException(file + ": a block is no base64", e);
            }
        }
        return blocks;
    }

    private static String text(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(SIZE_LIMIT + 1);
            if (bytes.length > SIZE_LIMIT) {
                throw new IOException(file + " is longer than " + SIZE_LIMIT + " bytes");
            }
            return new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new IOException("no file " + file, e);
        } catch (AccessDeniedException e) {
            throw new IOException("no permission to read " + file, e);
        }
    }

    /** PKCS#8: SEQUENCE { INTEGER 0, algorithm, OCTET STRING { key } }. */
    private static byte[] framed(byte[] algorithm, byte[] key) {
        return sequence(concat(concat(new byte[] {2, 1, 0}, algorithm), element(4, key)));
    }

    /** What names the curve in an EC key: SEQUENCE { INTEGER 1, OCTET STRING, [0] { OID }, ... }. */
    private static byte[] curve(Path file, byte[] der) throws IOException {
        try {
            int at = content(der, 0);
            while (at < der.length) {
                int inside = content(der, at);
                int end = inside + length(der, at);
                if ((der[at] & 0xff) == CURVE) {
                    return Arrays.copyOfRange(der, inside, end);
                }
                at = end;
            }
        } catch (ArrayIndexOutOfBoundsException e) {
            throw new IOException(file + ": the private key is cut off", e);
        }
        throw new IOException(file + ": the private key does not name its curve");
    }

    private static int content(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
    }

    private static int length(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7f); i++) {
            length = (length << 8) | (der[at + 2 + i] & 0xff);
        }
        if (length < 0 || length > der.length) {
            throw new ArrayIndexOutOfBoundsException(length);
        }
        return length;
    }

    private static byte[] sequence(byte[] content) {
        return element(0x30, content);
    }

    private static byte[] element(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + 6);
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else {
            out.write(0x83);
            out.write(content.length >> 16);
            out.write(content.length >> 8);
            out.write(content.length);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] concat(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    private static byte[] der(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
