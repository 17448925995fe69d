package io.github.exitleft.spring.boot.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/**
 * The keys that a stage can have: its own and those of each source adapter.
 *
 * <p>They are the keys that Spring Boot's binder asks for when it binds the properties' classes.
 */
final class KnownKeys {

    private static final Log logger = LogFactory.getLog(KnownKeys.class);

    private final List<String> keys;

    KnownKeys(SourceAdapters adapters) {
        List<String> found = new ArrayList<>(of("", StageProperties.class));
        adapters.all().forEach(adapter -> found.addAll(of("source." + adapter.type() + ".", adapter.propertiesType())));
        this.keys = List.copyOf(found);
    }

    /** Returns the keys, as they stand below a stage's name. */
    List<String> all() {
        return this.keys;
    }

    /** Says whether a word is a key or a group of keys. */
    boolean isKeyOrGroup(String word) {
        return this.keys.contains(word) || isGroup(word);
    }

    /** Says whether a word is a group of keys. */
    boolean isGroup(String word) {
        return this.keys.stream().anyMatch(key -> key.startsWith(word + "."));
    }

    private static List<String> of(String prefix, Class<?> properties) {
        var root = ConfigurationPropertyName.of("root");
        var recorder = new Recorder(properties);
        try {
            new Binder(name -> null).bind(root, Bindable.of(properties), recorder);
        } catch (RuntimeException | LinkageError e) {
            // reported for the stage that needs it
            logger.debug(properties.getName() + " can't be bound", e);
        }
        return recorder.keys.stream().map(key -> prefix + key).toList();
    }

    /** Notes the keys that the binder asks for, and lets it look into the classes that group keys. */
    private static final class Recorder implements BindHandler {

        private final Class<?> properties;
        private final List<String> keys = new ArrayList<>();

        Recorder(Class<?> properties) {
            this.properties = properties;
        }

        @Override
        public <T> @Nullable Bindable<T> onStart(
                ConfigurationPropertyName name, Bindable<T> target, BindContext context) {
            if (groups(target.getType().resolve(Object.class))) {
                return target;
            }
            this.keys.add(name.subName(1).toString());
            return null;
        }

        /** Says whether a class groups keys: it is a record, or a member of the properties' class. */
        private boolean groups(Class<?> type) {
            return type.isRecord()
                    || !type.isEnum() && !type.isInterface() && outermost(type) == outermost(this.properties);
        }

        private static Class<?> outermost(Class<?> type) {
            Class<?> outer = type.getEnclosingClass();
            return outer == null ? type : outermost(outer);
        }
    }
}
