package io.github.exitleft.spring.boot.source;

/**
 * A class that a source needs on the class path.
 *
 * @param name the class's full name
 * @param dependency the dependency that brings it, as shown in a report: {@code groupId:artifactId}
 */
public record RequiredClass(String name, String dependency) {}
