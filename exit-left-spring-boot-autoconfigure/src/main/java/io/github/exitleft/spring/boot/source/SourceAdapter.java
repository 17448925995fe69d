package io.github.exitleft.spring.boot.source;

import java.util.List;

/**
 * Makes one kind of source available to stages that are configured by properties, under a {@code source.type} of its own.
 *
 * <p>An adapter is found because it is on the class path: its jar has a {@code META-INF/spring.factories} with the line
 *
 * <pre>
 * io.github.exitleft.spring.boot.source.SourceAdapter=com.example.folder.FolderAdapter
 * </pre>
 *
 * <p>With that, and the class below, a stage can be configured like this:
 *
 * <pre>
 * exit-left:
 *   stages:
 *     orders:
 *       token-type: java.lang.String
 *       source:
 *         type: folder
 *         folder:
 *           path: /var/spool/orders
 *           token:
 *             reader: orderIds
 * </pre>
 *
 * {@snippet :
 * final class FolderAdapter implements SourceAdapter<FolderProperties> {
 *
 *     @Override
 *     public String type() {
 *         return "folder";
 *     }
 *
 *     @Override
 *     public Class<FolderProperties> propertiesType() {
 *         return FolderProperties.class;
 *     }
 *
 *     @Override
 *     public SourceDefinition define(FolderProperties properties, SourceContext context) {
 *         Path path = properties.path();
 *         if (path == null) {
 *             throw context.problem(
 *                     "path", "a source of type folder needs a folder", "Set " + context.key("path") + " to a folder.");
 *         }
 *         context.inRange("longest", properties.longest().toBytes(), 1, Integer.MAX_VALUE);
 *         String reader = properties.token().reader();
 *         if (new TokenKeys(context).reader(reader).none()) {
 *             throw context.problem(
 *                     "token.reader",
 *                     "there is no way to read the token out of a file",
 *                     "Set " + context.key("token.reader") + " to the name of a TokenReader bean.");
 *         }
 *         return new SourceDefinition() {
 *             @Override
 *             public Class<?> messageType() {
 *                 return Path.class;
 *             }
 *
 *             @Override
 *             public OpenSource open(SourceBeans beans) {
 *                 var tokens = beans.reader("token.reader", reader, Path.class);
 *                 try {
 *                     return OpenSource.owned(new FolderSource(path), tokens);
 *                 } catch (IOException e) {
 *                     throw context.problem(
 *                             "path", "the folder can't be watched: " + e.getMessage(), "Create the folder.", e);
 *                 }
 *             }
 *         };
 *     }
 * }
 * }
 *
 * <p>and its properties:
 *
 * <pre>
 * /**
 *  * Keys of a source that reads a folder.
 *  *
 *  * &#64;param path Folder to watch. Required.
 *  * &#64;param longest Size of the longest file that is read.
 *  * &#64;param token How the token is read.
 *  *&#47;
 * &#64;ConfigurationPropertiesSource
 * record FolderProperties(
 *         &#64;Nullable Path path, &#64;DefaultValue("1MB") DataSize longest, &#64;DefaultValue Token token) {
 *
 *     /** &#64;param reader Name of a TokenReader bean that reads the token. Required. *&#47;
 *     record Token(&#64;Nullable String reader) {}
 * }
 * </pre>
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
