package io.github.exitleft.spring.boot.tcp;

import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.ssl.SslStoreBundle;

/** Certificates of an authority of the tests, made by the JDK's keytool when they are first needed. */
final class Certificates {

    /** What a server shows. */
    enum Shown {

        /** One for localhost and its address. */
        GOOD("-ext", "san=dns:localhost,ip:127.0.0.1", "-signer", "authority"),
        ELSEWHERE("-ext", "san=dns:elsewhere.example", "-signer", "authority"),
        EXPIRED(
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-signer",
                "authority",
                "-startdate",
                "-9d",
                "-validity",
                "5"),

        /** One that its owner has signed. */
        STRANGER("-ext", "san=dns:localhost,ip:127.0.0.1");

        private final List<String> options;

        Shown(String... options) {
            this.options = List.of(options);
        }

        /** Returns what a server takes that shows it. */
        SSLContext context() {
            try {
                KeyStore own = KeyStore.getInstance("PKCS12");
                own.load(null, null);
                own.setKeyEntry(
                        "own", ALL.getKey(name().toLowerCase(), PASSWORD), PASSWORD, ALL.getCertificateChain(name()));
                KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                keys.init(own, PASSWORD);
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(keys.getKeyManagers(), null, null);
                return context;
            } catch (GeneralSecurityException | IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static final char[] PASSWORD = "password".toCharArray();
    private static final KeyStore ALL = make();

    private Certificates() {}

    private static KeyStore make() {
        try {
            Path directory = Files.createTempDirectory("certificates");
            Path file = directory.resolve("all.p12");
            try {
                keytool(file, "authority", "-ext", "bc:c");
                for (Shown shown : Shown.values()) {
                    keytool(file, shown.name(), shown.options.toArray(String[]::new));
                }
                KeyStore all = KeyStore.getInstance("PKCS12");
                try (InputStream in = Files.newInputStream(file)) {
                    all.load(in, PASSWORD);
                }
                return all;
            } finally {
                Files.deleteIfExists(file);
                Files.delete(directory);
            }
        } catch (GeneralSecurityException | IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void keytool(Path file, String alias, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD),
                "-keyalg",
                "EC",
                "-alias",
                alias,
                "-dname",
                "CN=" + alias));
        command.addAll(List.of(options));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(keytool.getInputStream().readAllBytes());
        if (Patience.waitFor(keytool) != 0) {
            throw new IllegalStateException(output);
        }
    }

    private static KeyStore trusted(String alias) {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry(alias, ALL.getCertificate(alias));
            return trusted;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns a bundle that trusts one owner of a certificate. */
    static SslBundle trusting(String alias, String... protocols) {
        SslOptions options = protocols.length == 0 ? SslOptions.NONE : SslOptions.of(null, protocols);
        return SslBundle.of(SslStoreBundle.of(null, null, trusted(alias)), SslBundleKey.NONE, options);
    }

    /** Returns a bundle that trusts the authority. */
    static SslBundle trusting() {
        return trusting("authority");
    }

    /** Writes a trust store with the authority's certificate, whose password is "password". */
    static Path trustStore(Path file) {
        try (var out = Files.newOutputStream(file)) {
            trusted("authority").store(out, PASSWORD);
            return file;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
