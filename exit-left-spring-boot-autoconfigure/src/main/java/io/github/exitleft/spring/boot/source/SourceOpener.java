package io.github.exitleft.spring.boot.source;

/**
 * Opens the sources of the stages that are configured by properties. A bean of this type does so in place of {@link
 * SourceDefinition#open}, which it may call: to wrap sources, or to replace them in tests.
 */
@FunctionalInterface
public interface SourceOpener {

    /**
     * Opens a source.
     *
     * @param stage the stage's name
     * @param definition the source as it is configured
     * @param beans the application's beans, by the keys of the stage
     * @return the open source
     * @throws Exception if that fails, as for {@link SourceDefinition#open}
     */
    OpenSource open(String stage, SourceDefinition definition, SourceBeans beans) throws Exception;
}
