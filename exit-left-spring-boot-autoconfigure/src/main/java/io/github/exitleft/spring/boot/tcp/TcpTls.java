package io.github.exitleft.spring.boot.tcp;

import io.github.exitleft.spring.boot.source.SourceBeans;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.tcp.TcpSource;
import javax.net.ssl.SSLException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.util.ClassUtils;

/**
 * How a connection is encrypted.
 *
 * @param bundle the SSL bundle's name
 */
record TcpTls(SourceContext context, String bundle, boolean verifyHostname, boolean byOpening) {

    private static final Log LOGGER = LogFactory.getLog(TcpTls.class);
    static final String BUNDLE = "ssl.bundle";
    private static final String START = "ssl.start";
    private static final String LIBRARY = "tlschannel.ClientTlsChannel";

    /** Returns null if there is no encryption. */
    static @Nullable TcpTls of(SourceContext context, TcpProperties tcp) {
        TcpProperties.Ssl ssl = tcp.ssl();
        String bundle = ssl.bundle();
        boolean byOpening = ssl.start() == TcpProperties.Ssl.Start.BY_OPENING;
        if (bundle == null) {
            refuseWithoutBundle(context, !ssl.verifyHostname(), "ssl.verify-hostname");
            refuseWithoutBundle(context, byOpening, START);
            return null;
        }
        if (bundle.isBlank()) {
            throw context.problem(
                    BUNDLE,
                    "names no bundle",
                    "Set it to the name of an SSL bundle, such as one of spring.ssl.bundle.pem.");
        }
        if (byOpening && tcp.opening() == null) {
            throw context.problem(
                    START,
                    "the opening is to start TLS, but there is none",
                    "Set " + context.key("opening") + " to the name of an Opening bean that calls startTls(), or set "
                            + context.key(START) + " to immediately.");
        }
        if (!ClassUtils.isPresent(LIBRARY, null)) {
            throw context.problem(
                    BUNDLE,
                    "there is no class " + LIBRARY + " on the class path, which TLS needs",
                    "Add the dependency com.github.marianobarrios:tls-channel, or remove the key.");
        }
        return new TcpTls(context, bundle, ssl.verifyHostname(), byOpening);
    }

    private static void refuseWithoutBundle(SourceContext context, boolean isSet, String key) {
        if (isSet) {
            throw context.problem(
                    key,
                    "there is no TLS without " + context.key(BUNDLE),
                    "Set " + context.key(BUNDLE) + " to the name of an SSL bundle, or remove the key.");
        }
    }

    void addTo(TcpSource.Builder builder, SourceBeans beans) {
        SslBundles bundles = beans.namedOrOnly(BUNDLE, null, SslBundles.class);
        var transports = new TlsTransports(find(bundles), this.verifyHostname);
        bundles.addBundleUpdateHandler(this.bundle, transports::update);
        if (!this.verifyHostname) {
            LOGGER.warn("The peer of stage '" + this.context.stage()
                    + "' may be any host that has a certificate trusted by SSL" + " bundle '" + this.bundle
                    + "', since " + this.context.key("ssl.verify-hostname") + " is false");
        }
        if (this.byOpening) {
            builder.transportByOpening(transports);
        } else {
            builder.transport(transports);
        }
    }

    private SslBundle find(SslBundles bundles) {
        try {
            return bundles.getBundle(this.bundle);
        } catch (NoSuchSslBundleException e) {
            throw this.context.problem(
                    BUNDLE,
                    "there is no SSL bundle named '" + this.bundle + "'",
                    bundles.getBundleNames().isEmpty()
                            ? "Define one below spring.ssl.bundle."
                            : "Set it to one of: " + String.join(", ", bundles.getBundleNames()) + ".",
                    e);
        } catch (RuntimeException e) {
            throw this.context.problem(
                    BUNDLE,
                    "SSL bundle '" + this.bundle + "' can't be read: " + e.getMessage(),
                    "Correct what it says below spring.ssl.bundle.",
                    e);
        }
    }

    /** Returns whether a connection has failed because of TLS. */
    static boolean isCauseOf(Throwable failure) {
        Throwable cause = failure;
        while (cause != null && !(cause instanceof SSLException)) {
            cause = cause.getCause();
        }
        return cause != null;
    }
}
