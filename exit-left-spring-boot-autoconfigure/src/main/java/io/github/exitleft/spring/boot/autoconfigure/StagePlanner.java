package io.github.exitleft.spring.boot.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/** Checks the properties of one stage, as far as they can be checked before any bean exists. */
final class StagePlanner {

    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N}_.-]*");
    private static final List<String> SOURCE_TYPES = List.of("udp", "kafka", "jms", "postgres", "channel", "bean");

    private final StageKeys keys;
    private final StageProperties properties;

    StagePlanner(StageKeys keys, StageProperties properties) {
        this.keys = keys;
        this.properties = properties;
    }

    StagePlan plan(@Nullable StageKeys sourceBeanOfOther) {
        if (!NAME.matcher(this.keys.stage()).matches()) {
            throw this.keys.problem(
                    "",
                    "'" + this.keys.stage() + "' can't be the name of a stage",
                    "Rename the stage: letters, digits, '-', '_' and '.' make a name.");
        }
        Class<?> tokenType = tokenType();
        limits();
        String type = this.properties.source().type();
        if (!StringUtils.hasText(type)) {
            throw this.keys.problem(
                    "source.type",
                    "it is not known where the messages come from",
                    "Set " + this.keys.key("source.type") + " to one of: " + String.join(", ", SOURCE_TYPES) + ".");
        }
        return new StagePlan(this.keys, this.properties, tokenType, source(type, tokenType, sourceBeanOfOther));
    }

    private SourcePlan source(String type, Class<?> tokenType, @Nullable StageKeys sourceBeanOfOther) {
        if (SOURCE_TYPES.contains(type)) {
            nothingForOthers(type);
        }
        StageProperties.Source source = this.properties.source();
        return switch (type) {
            case "udp" -> UdpPlan.of(this.keys, tokenType, source.udp());
            case "kafka" -> {
                require(
                        "org.springframework.kafka.core.ConsumerFactory",
                        "org.springframework.boot:spring-boot-starter-kafka");
                yield KafkaPlan.of(this.keys, tokenType, source.kafka());
            }
            case "jms" -> {
                String starter = "org.springframework.boot:spring-boot-starter-artemis, or the starter of your broker";
                require("jakarta.jms.ConnectionFactory", starter);
                require("org.springframework.jms.core.JmsOperations", starter);
                yield JmsPlan.of(this.keys, tokenType, source.jms());
            }
            case "postgres" -> {
                require("org.postgresql.PGConnection", "org.postgresql:postgresql");
                yield PostgresPlan.of(this.keys, tokenType, source.postgres());
            }
            case "channel" -> {
                require(
                        "org.springframework.messaging.PollableChannel",
                        "org.springframework.boot:spring-boot-starter-integration");
                yield ChannelPlan.of(this.keys, tokenType, source.channel());
            }
            case "bean" -> BeanPlan.of(this.keys, source.bean(), sourceBeanOfOther);
            default ->
                throw this.keys.problem(
                        "source.type",
                        "there is no source of type '" + type + "'",
                        "Set it to one of: " + String.join(", ", SOURCE_TYPES)
                                + ". With 'bean' the source is one of your own.");
        };
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
        this.keys.inRange("drain", this.properties.drain(), 0, Integer.MAX_VALUE);
        this.keys.inRange("max-tickets", this.properties.maxTickets(), 1, Integer.MAX_VALUE);
        this.keys.inRange("mailbox-capacity", this.properties.mailboxCapacity(), 1, Integer.MAX_VALUE);
    }

    /** What is set below another type of source than the stage's. */
    private void nothingForOthers(String type) {
        StageProperties.Source source = this.properties.source();
        Map<String, @Nullable Object> settings = new LinkedHashMap<>();
        settings.put("udp", source.udp());
        settings.put("kafka", source.kafka());
        settings.put("jms", source.jms());
        settings.put("postgres", source.postgres());
        settings.put("channel", source.channel());
        settings.put("bean", source.bean());
        settings.forEach((other, set) -> {
            if (set != null && !other.equals(type)) {
                throw this.keys.problem(
                        "source." + other,
                        "does not apply to " + this.keys.key("source.type") + "=" + type + " (origin: "
                                + this.keys.origin("source.type") + ")",
                        "Remove what is below " + this.keys.key("source." + other) + ", or change the source's type.");
            }
        });
    }

    /** Reports a library that is missing, before a class is loaded that needs it. */
    private void require(String className, String artifact) {
        if (!ClassUtils.isPresent(className, null)) {
            throw this.keys.problem(
                    "source.type",
                    "there is no class " + className + " on the class path, which such a source needs",
                    "Add the dependency " + artifact + ", or change the source's type.");
        }
    }
}
