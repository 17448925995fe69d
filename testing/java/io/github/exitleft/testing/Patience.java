package io.github.exitleft.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * How long tests wait for what is sure to come.
 *
 * <p>It only bounds hanging, so it is far longer than a slow machine needs; no test may wait until it is over. As an extension that
 * every test class has, it is Awaitility's default too.
 */
public final class Patience implements BeforeAllCallback {

    /** After this time a test hangs. */
    public static final Duration LIMIT = Duration.ofMinutes(1);

    /** Longer than any test runs: a wait that lasts so long unless it is ended shows by hanging that it was not. */
    public static final Duration FOR_EVER = Duration.ofMinutes(30);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(LIMIT);
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval(Duration.ofMillis(2));
    }
}
