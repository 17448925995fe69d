package io.github.exitleft.spring.boot.source;

import java.util.List;

/**
 * Makes one kind of source available to stages that are configured by properties, under a {@code source.type} of its own.
 *
 * <p>An adapter is found because it is on the class path: its jar has a {@code META-INF/spring.factories} with the line
 *
 * <pre>
 * io.github.exitleft.spring.boot.source.SourceAdapter=com.example.unixsocket.UnixSocketAdapter
 * </pre>
 *
 * <p>With that, and the classes below, a stage can be configured like this:
 *
 * {@snippet file="application.yml" lang="properties"}
 *
 * <p>The adapter checks its keys and describes the source:
 *
 * {@snippet file="com/example/unixsocket/UnixSocketAdapter.java" region="adapter"}
 *
 * <p>The definition opens it:
 *
 * {@snippet file="com/example/unixsocket/UnixSocketDefinition.java" region="definition"}
 *
 * <p>The properties are a record:
 *
 * {@snippet file="com/example/unixsocket/UnixSocketProperties.java" region="properties"}
 *
 * <h2>Properties</h2>
 *
 * <p>The keys below {@code exit-left.stages.NAME.source.TYPE} are bound strictly to the class that {@link
 * #propertiesType()} names. An unknown key, a value that can't be converted and a duration without a unit fail the start
 * with a report that names the key and its origin; the adapter need do nothing for that. Use a record, or another class that can be
 * bound and has {@code equals}: a child context compares the properties with its parent's, and opens a source of its own
 * only if they differ. An object is made even if no key is set, so a required key is a nullable component which {@link
 * #define} checks.
 *
 * <p>A class that groups keys, as {@code Token} does above, is a member of the properties class. Its keys are then listed in
 * the reports and described in the metadata.
 *
 * <h2>Metadata</h2>
 *
 * <p>Annotate the properties class with {@code @ConfigurationPropertiesSource} and compile with {@code
 * spring-boot-configuration-processor} on the annotation processor path. The jar then has {@code
 * META-INF/spring/configuration-metadata/FULL.CLASS.NAME.json}, which has the type, description and default of every key,
 * relative to {@code exit-left.stages.NAME.source.TYPE}. The description of a key is the {@code @param} of its component
 * or, in a class with setters, the Javadoc of its field. What the processor can't know, such as proposed values, goes by hand
 * into {@code META-INF/spring/configuration-metadata/additional/FULL.CLASS.NAME.json}, which the processor merges.
 *
 * <h2>Life</h2>
 *
 * <p>An adapter has a constructor without parameters and no state. It is made, and asked for its definitions, before any bean
 * exists, more than once, and also in a build ahead of time. It must open nothing. The classes of the adapter and its
 * properties are loaded although a library may be missing that {@link #requirements()} names: neither may have that
 * library's types in its supertypes, fields or signatures. Keep these in the {@link SourceDefinition}, which is a class of
 * its own then.
 *
 * <p>Two adapters of one type, one that can't be made, and one whose properties class can't be used fail the start with a report that
 * names the class and where it was found.
 *
 * @param <P> the class that the keys are bound to
 */
public interface SourceAdapter<P> {

    /**
     * Returns the value of {@code source.type} that chooses this adapter, which is also the name that its keys stand below.
     *
     * @return lower-case letters, digits and dashes, beginning with a letter; not {@code type}
     */
    String type();

    /**
     * Returns the class that the keys below {@code exit-left.stages.NAME.source.TYPE} are bound to.
     *
     * @return a record, or another class that Spring Boot can bind
     */
    Class<P> propertiesType();

    /**
     * Returns the classes that must be on the class path. A stage that names this type without them fails the start, with a
     * report that names the dependency to add, before {@link #define} is called.
     *
     * @return the classes in the order in which they are looked for; none unless overridden
     */
    default List<RequiredClass> requirements() {
        return List.of();
    }

    /**
     * Checks the properties of one stage, as far as they can be checked before any bean exists, and returns what opens the
     * source.
     *
     * @param properties what the keys are bound to
     * @param context the stage, and how to report a mistake
     * @return a definition, from which the source is opened when the stage's bean is created
     * @throws RuntimeException made by one of the context's methods, if there is a mistake
     */
    SourceDefinition define(P properties, SourceContext context);
}
