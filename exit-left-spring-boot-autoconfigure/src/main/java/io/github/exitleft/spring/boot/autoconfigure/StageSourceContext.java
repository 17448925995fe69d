package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.spring.boot.source.SourceContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A stage as the adapter of its source sees it: the keys of that source, and the checks of their values. */
final class StageSourceContext implements SourceContext {

    private static final Duration EXAMPLE = Duration.ofSeconds(10);

    private final StageKeys keys;
    private final String type;
    private final Class<?> tokenType;
    private final Map<Object, Claim> claims;

    /**
     * Creates a context.
     *
     * @param claims the claims of the sources of other stages, by type and resource
     */
    StageSourceContext(StageKeys keys, String type, Class<?> tokenType, Map<Object, Claim> claims) {
        this.keys = keys;
        this.type = type;
        this.tokenType = tokenType;
        this.claims = claims;
    }

    /** Returns a source's key as it stands below the stage's name. */
    static String suffix(String type, String key) {
        return "source." + type + (key.isEmpty() ? "" : "." + key);
    }

    private String suffix(String key) {
        return suffix(this.type, key);
    }

    @Override
    public String stage() {
        return this.keys.stage();
    }

    @Override
    public Class<?> tokenType() {
        return this.tokenType;
    }

    @Override
    public String key(String key) {
        return this.keys.key(suffix(key));
    }

    @Override
    public String origin(String key) {
        return this.keys.origin(suffix(key));
    }

    @Override
    public RuntimeException problem(String key, String reason, String remedy) {
        return this.keys.problem(suffix(key), reason, remedy);
    }

    @Override
    public RuntimeException problem(String key, String reason, String remedy, Throwable cause) {
        return this.keys.problem(suffix(key), reason, remedy, cause);
    }

    @Override
    public void inRange(String key, long value, long least, long most) {
        this.keys.inRange(suffix(key), value, least, most);
    }

    @Override
    public void atLeast(String key, Duration value, Duration least) {
        if (value.compareTo(least) < 0) {
            throw problem(
                    key,
                    "must be at least " + least + ", but is " + value,
                    "Set it to a duration such as " + (least.compareTo(EXAMPLE) <= 0 ? "10s" : least) + ".");
        }
    }

    @Override
    public <V> V check(String key, Supplier<V> supplier) {
        return possible(suffix(key), supplier);
    }

    @Override
    public <V> V checkTokenType(Supplier<V> supplier) {
        return possible("token-type", supplier);
    }

    private <V> V possible(String suffix, Supplier<V> supplier) {
        try {
            return supplier.get();
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            int remedy = message.indexOf("; ");
            throw this.keys.problem(
                    suffix,
                    remedy < 0 ? message : message.substring(0, remedy),
                    "Update your application's configuration" + (remedy < 0 ? "" : ": " + message.substring(remedy + 2))
                            + ".",
                    e);
        }
    }

    @Override
    public @Nullable Claim claim(String key, Object resource) {
        return this.claims.putIfAbsent(List.of(this.type, resource), new Claim(stage(), origin(key)));
    }
}
