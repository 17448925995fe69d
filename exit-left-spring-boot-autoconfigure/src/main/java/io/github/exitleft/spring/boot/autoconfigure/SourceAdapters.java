package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.spring.boot.source.SourceAdapter;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.UrlResource;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.util.ClassUtils;

/** The source adapters on the class path, by type. One that cannot be used is reported with its class. */
final class SourceAdapters {

    private static final Pattern TYPE = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

    private static final ArgumentResolver NO_ARGUMENTS = ArgumentResolver.from(type -> {
        throw new IllegalStateException("it has no constructor without parameters");
    });

    private final Map<String, SourceAdapter<?>> byType = new LinkedHashMap<>();

    private SourceAdapters() {}

    static SourceAdapters find() {
        SourceAdapters found = new SourceAdapters();
        SpringFactoriesLoader.forDefaultResourceLocation(ClassUtils.getDefaultClassLoader())
                .load(SourceAdapter.class, NO_ARGUMENTS, (factoryType, name, failure) -> {
                    throw problem(name, reason(failure), "Correct the class, or remove its jar.", failure);
                })
                .forEach(found::add);
        return found;
    }

    private void add(SourceAdapter<?> adapter) {
        String name = adapter.getClass().getName();
        String type = type(adapter, name);
        SourceAdapter<?> other = this.byType.putIfAbsent(type, adapter);
        if (other != null) {
            String second = other.getClass().getName();
            throw problem(
                    name,
                    "its type '" + type + "' is also that of " + second + " (origin: " + origin(second) + ")",
                    "Remove the jar of one of the two, or change its type.",
                    null);
        }
    }

    private static String type(SourceAdapter<?> adapter, String name) {
        String type;
        String unusable;
        try {
            type = adapter.type();
            unusable = unusable(adapter.propertiesType());
            Objects.requireNonNull(adapter.requirements(), "it requires null, where it may require nothing");
        } catch (RuntimeException | LinkageError e) {
            throw problem(name, reason(e), "Correct the class, or remove its jar.", e);
        }
        if (type == null || type.equals("type") || !TYPE.matcher(type).matches()) {
            throw problem(
                    name,
                    "'" + type + "' can't be a source.type",
                    "Let its type be lower-case letters and digits, and dashes between them, but not 'type'.",
                    null);
        }
        if (unusable != null) {
            throw problem(name, unusable, "Let it be a record, or another class that Spring Boot can bind.", null);
        }
        return type;
    }

    /** Returns the reason why nothing can be bound to a class; null if there is none to be seen. */
    private static @Nullable String unusable(@Nullable Class<?> properties) {
        if (properties == null) {
            return "it names no properties class";
        }
        boolean inner = properties.isMemberClass() && !Modifier.isStatic(properties.getModifiers());
        return inner
                        || properties.isPrimitive()
                        || properties.isArray()
                        || properties.isEnum()
                        || properties.getName().startsWith("java.")
                        || Modifier.isAbstract(properties.getModifiers())
                ? "nothing can be bound to its properties class " + properties.getTypeName()
                : null;
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return "it can't be used: " + cause;
    }

    private static StageConfigurationException problem(
            String name, String reason, String remedy, @Nullable Throwable cause) {
        String origin = origin(name);
        return new StageConfigurationException(
                "source adapter " + name + " (origin: " + origin + "): " + reason,
                "A source adapter can't be used:%n%n    Class: %s%n    Origin: %s%n    Reason: %s"
                        .formatted(name, origin, reason),
                remedy,
                cause);
    }

    /** Returns the file that names an adapter, and so the jar that it comes from. */
    private static String origin(String name) {
        try {
            ClassLoader loader = ClassUtils.getDefaultClassLoader();
            List<URL> files = loader == null
                    ? List.of()
                    : Collections.list(loader.getResources(SpringFactoriesLoader.FACTORIES_RESOURCE_LOCATION));
            for (URL file : files) {
                String names = PropertiesLoaderUtils.loadProperties(new UrlResource(file))
                        .getProperty(SourceAdapter.class.getName(), "");
                if (List.of(names.split("[,\\s]+")).contains(name)) {
                    return file.toString();
                }
            }
            return "unknown";
        } catch (IOException e) {
            return "unknown: " + e;
        }
    }

    /** Returns the adapter of a type; null if there is none. */
    @Nullable
    SourceAdapter<?> of(@Nullable String type) {
        return this.byType.get(type);
    }

    Collection<SourceAdapter<?>> all() {
        return this.byType.values();
    }

    /** Lists the types, for a remedy. */
    String types() {
        return String.join(", ", this.byType.keySet());
    }
}
