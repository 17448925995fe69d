package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.spring.boot.source.RequiredClass;
import io.github.exitleft.spring.boot.source.SourceAdapter;
import io.github.exitleft.spring.boot.source.SourceContext.Claim;
import io.github.exitleft.spring.boot.source.SourceDefinition;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/** Checks the properties of one stage, as far as they can be checked before any bean exists, and makes its definition. */
final class StageDefiner {

    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N}_.-]*");

    private final SourceAdapters adapters;
    private final Map<Object, Claim> claims;
    private final StageKeys keys;
    private final StageSettings settings;
    private final StageProperties properties;

    /**
     * Creates a definer of one stage.
     *
     * @param claims the claims of the sources of the stages that were defined so far
     */
    StageDefiner(SourceAdapters adapters, Map<Object, Claim> claims, StageKeys keys, StageSettings settings) {
        this.adapters = adapters;
        this.claims = claims;
        this.keys = keys;
        this.settings = settings;
        this.properties = settings.properties();
    }

    StageDefinition define() {
        if (!NAME.matcher(this.keys.stage()).matches()) {
            throw this.keys.problem(
                    "",
                    "'" + this.keys.stage() + "' can't be the name of a stage",
                    "Rename the stage: letters, digits, '-', '_' and '.' make a name.");
        }
        Class<?> tokenType = tokenType();
        limits();
        SourceAdapter<?> adapter = adapter();
        nothingForOthers(adapter.type());
        adapter.requirements().forEach(this::require);
        return define(adapter, tokenType);
    }

    private SourceAdapter<?> adapter() {
        String type = this.properties.source().type();
        if (!StringUtils.hasText(type)) {
            throw this.keys.problem(
                    "source.type",
                    "it is not known where the messages come from",
                    "Set " + this.keys.key("source.type") + " to one of: " + this.adapters.types() + ".");
        }
        SourceAdapter<?> adapter = this.adapters.of(type);
        if (adapter == null) {
            throw this.keys.problem(
                    "source.type",
                    "there is no source of type '" + type + "'",
                    "Set it to one of: " + this.adapters.types()
                            + ". Or add the jar that has an adapter of that type.");
        }
        return adapter;
    }

    private <P> StageDefinition define(SourceAdapter<P> adapter, Class<?> tokenType) {
        String name = adapter.getClass().getName();
        Object bound = Objects.requireNonNull(this.settings.sources().get(adapter.type()));
        P properties = adapter.propertiesType().cast(bound);
        var context = new StageSourceContext(this.keys, adapter.type(), tokenType, this.claims);
        try {
            SourceDefinition source = adapter.define(properties, context);
            var defined =
                    new StageDefinition(this.keys, this.properties, tokenType, source.messageType(), source, name);
            defined.issuedBits(); // reports what can't be issued
            return defined;
        } catch (StageConfigurationException e) {
            throw e;
        } catch (RuntimeException | LinkageError e) {
            throw this.keys.problem(
                    "source.type",
                    "adapter " + name + " failed: " + e,
                    "Correct that class, or change the source's type.",
                    e);
        }
    }

    private Class<?> tokenType() {
        Class<?> type = this.properties.tokenType();
        String example = "such as java.lang.String, java.lang.Long or java.util.UUID.";
        if (type == null) {
            throw this.keys.problem(
                    "token-type",
                    "the type of the stage's tokens is not known",
                    "Set " + this.keys.key("token-type") + " to the class of the tokens, " + example);
        }
        if (type.isPrimitive() || type.isArray()) {
            throw this.keys.problem(
                    "token-type",
                    "a token can't be of type " + type.getTypeName() + ", which has no equals and hashCode",
                    "Set it to a class with equals and hashCode, " + example);
        }
        return type;
    }

    private void limits() {
        if (this.properties.defaultTimeout().isNegative()
                || this.properties.defaultTimeout().isZero()) {
            throw this.keys.problem(
                    "default-timeout",
                    "must be positive, but is " + this.properties.defaultTimeout(),
                    "Set it to a duration such as 3s or 500ms.");
        }
        Duration idle = this.properties.keeperIdle();
        if (idle.compareTo(Duration.ofMillis(1)) < 0 || idle.compareTo(Duration.ofHours(1)) > 0) {
            throw this.keys.problem(
                    "keeper-idle",
                    "must be from 1 ms to an hour, but is " + idle,
                    "Set it to a duration such as 100ms or 1s.");
        }
        reopen();
        this.keys.inRange("drain", this.properties.drain(), 0, Integer.MAX_VALUE);
        this.keys.inRange("max-tickets", this.properties.maxTickets(), 1, Integer.MAX_VALUE);
        this.keys.inRange("mailbox-capacity", this.properties.mailboxCapacity(), 1, Integer.MAX_VALUE);
        window();
    }

    private void reopen() {
        Duration pause = this.properties.reopen().pause();
        Duration longest = this.properties.reopen().maxPause();
        if (pause.compareTo(Duration.ofMillis(1)) < 0 || pause.compareTo(Duration.ofHours(1)) > 0) {
            throw this.keys.problem(
                    "reopen.pause",
                    "must be from 1 ms to an hour, but is " + pause,
                    "Set it to a duration such as 100ms or 1s.");
        }
        if (longest.compareTo(pause) < 0 || longest.compareTo(Duration.ofHours(1)) > 0) {
            throw this.keys.problem(
                    "reopen.max-pause",
                    "must be from " + pause + ", which is the first pause, to an hour, but is " + longest,
                    "Set it to a duration such as 10s, not shorter than " + this.keys.key("reopen.pause") + ".");
        }
    }

    private void window() {
        Integer window = this.properties.window();
        if (window != null) {
            this.keys.inRange("window", window, 1, Integer.MAX_VALUE);
        }
        Duration wait = this.properties.windowWait();
        if (wait == null) {
            return;
        }
        if (window == null) {
            throw this.keys.problem(
                    "window-wait",
                    "there is no window to wait for",
                    "Set " + this.keys.key("window") + " to how many questions may be out at once, or remove it.");
        }
        if (wait.isNegative()) {
            throw this.keys.problem(
                    "window-wait",
                    "must not be negative, but is " + wait,
                    "Set it to a duration such as 500ms, or to 0s for no wait.");
        }
    }

    /** Reports keys that are set for another type of source than the stage's. */
    private void nothingForOthers(String type) {
        for (String other : this.settings.sources().keySet()) {
            if (!other.equals(type)) {
                throw this.keys.problem(
                        "source." + other,
                        "does not apply to " + this.keys.key("source.type") + "=" + type + " (origin: "
                                + this.keys.origin("source.type") + ")",
                        "Remove what is below " + this.keys.key("source." + other) + ", or change the source's type.");
            }
        }
    }

    /** Reports a library that is missing, before a class is loaded that needs it. */
    private void require(RequiredClass required) {
        if (!ClassUtils.isPresent(required.name(), null)) {
            throw this.keys.problem(
                    "source.type",
                    "there is no class " + required.name() + " on the class path, which such a source needs",
                    "Add the dependency " + required.dependency() + ", or change the source's type.");
        }
    }
}
