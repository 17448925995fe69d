package io.github.exitleft.spring.boot.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The Java code that the documentation shows is that of a class here, word for word, so that it compiles. */
class QuotedCodeTests {

    private static final Path HERE = Path.of("src", "test", "java")
            .resolve(QuotedCodeTests.class.getPackageName().replace('.', '/'));
    private static final Path TEST_MODULE =
            Documentation.ROOT.resolve("exit-left-test/src/test/java/io/github/exitleft/test");
    private static final Path SPRING_TEST =
            Documentation.ROOT.resolve("exit-left-spring-boot-test/src/test/java/io/github/exitleft/spring/boot/test");
    private static final Path VERIFICATION = Documentation.ROOT.resolve("verification");
    private static final Path SOURCES = VERIFICATION.resolve("sources/src/test/java/com/example/sources");
    private static final Path RECIPES = VERIFICATION.resolve("recipes/src/test/java/com/example/recipes");
    private static final Path FOREIGN = VERIFICATION.resolve("foreign-adapter/src/main/java/com/example/unixsocket");
    private static final Map<String, Path> CODE = Map.ofEntries(
            Map.entry("StunClient.java", HERE),
            Map.entry("GuideExamples.java", HERE),
            Map.entry("RadiusClient.java", HERE),
            Map.entry("CardHost.java", HERE),
            Map.entry("CardMessages.java", HERE),
            Map.entry("QueueSourceContractTests.java", TEST_MODULE),
            Map.entry("SteerableClockTests.java", TEST_MODULE),
            Map.entry("ScriptedPeerTests.java", TEST_MODULE),
            Map.entry("OrderClientTests.java", SPRING_TEST),
            Map.entry("OrderFailureTests.java", SPRING_TEST),
            Map.entry("OrderTimeoutTests.java", SPRING_TEST),
            // where the libraries are
            Map.entry("QuoteClient.java", RECIPES),
            Map.entry("QuotePoller.java", RECIPES),
            Map.entry("FutureClient.java", RECIPES),
            Map.entry("StageErrors.java", RECIPES),
            Map.entry("RecipesApplication.java", RECIPES),
            Map.entry("SourceExamples.java", SOURCES),
            Map.entry("DropFolder.java", SOURCES),
            Map.entry("Directory.java", VERIFICATION.resolve("peers/src/test/java/com/example/peers")),
            Map.entry("UnixSocketAdapter.java", FOREIGN),
            Map.entry("UnixSocketProperties.java", FOREIGN));

    private static final Pattern QUOTE =
            Pattern.compile("(?m)^( *)(?:<!-- (\\w+\\.java)(?:: (\\S+))? -->\n *)?```java\n((?s:.*?))^ *```");
    private static final Pattern REGION = Pattern.compile("(?ms)^ *// @start region=\"(.*?)\"\n(.*?)^ *// @end");

    /** Where the class begins, without its comment. */
    private static final Pattern CLASS = Pattern.compile("(?m)^(?:@\\w+\n)*(?:\\w+ )*?(?:class|record) ");

    static List<String> documents() {
        return List.of("README.md", "docs/guide.md", "docs/recipes.md", "docs/sources.md", "docs/testing.md");
    }

    @ParameterizedTest
    @MethodSource("documents")
    void quotedJava_isCompiledCode(String document) throws IOException {
        List<MatchResult> quotes =
                QUOTE.matcher(Documentation.read(document)).results().toList();
        assertThat(quotes).isNotEmpty();
        for (MatchResult quote : quotes) {
            String file = quote.group(2);
            assertThat(file).as("the marker before%n%s", quote.group(4)).isNotNull();
            assertThat(plain(quote.group(4)))
                    .as("%s: %s", file, quote.group(3))
                    .isEqualTo(quote.group(3) == null ? whole(file) : region(file, quote.group(3)));
        }
    }

    @Test
    void everyRegion_isQuoted() throws IOException {
        Set<String> quoted = new HashSet<>();
        for (String document : documents()) {
            QUOTE.matcher(Documentation.read(document)).results().forEach(quote -> quoted.add(quote.group(3)));
        }
        for (String file : CODE.keySet()) {
            assertThat(quoted)
                    .containsAll(REGION.matcher(code(file))
                            .results()
                            .map(region -> region.group(1))
                            .toList());
        }
    }

    private static String whole(String file) throws IOException {
        String code = code(file);
        Matcher type = CLASS.matcher(code);
        assertThat(type.find()).as("a class in %s", file).isTrue();
        // the mark belongs to the Javadoc that shows the file
        return plain(code.substring(type.start()).replace("// @end\n", ""));
    }

    private static String region(String file, String name) throws IOException {
        Matcher region = REGION.matcher(code(file));
        while (region.find()) {
            if (region.group(1).equals(name)) {
                return plain(region.group(2));
            }
        }
        throw new AssertionError("no region '" + name + "' in " + file);
    }

    private static String plain(String code) {
        return code.stripTrailing().stripIndent();
    }

    private static String code(String file) throws IOException {
        assertThat(CODE).containsKey(file);
        return Files.readString(CODE.get(file).resolve(file));
    }
}
