package io.github.exitleft.spring.boot.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every relative link in a Markdown file leads to a file of the repository, every anchor to a heading; tests that are named exist. */
class LinksTests {

    private static final Pattern FENCE = Pattern.compile("(?ms)^\\s*```.*?^\\s*```\\s*?$");
    private static final Pattern CODE = Pattern.compile("`[^`\n]*`");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
    private static final Pattern TEST = Pattern.compile("`(\\w+(?:Tests|IT))`");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.*)$");

    static List<Path> files() throws IOException {
        return Documentation.files();
    }

    @Test
    void files_areFound() throws IOException {
        assertThat(files()).contains(Path.of("README.md"), Path.of("docs", "guide.md"), Path.of("CHANGELOG.md"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void links_leadSomewhere(Path file) throws IOException {
        List<String> broken = new ArrayList<>();
        String text = Documentation.read(file.toString());
        for (MatchResult link : LINK.matcher(withoutCode(text)).results().toList()) {
            String target = link.group(1);
            if (!target.matches("[a-z]+:.*") && !leadsSomewhere(file, target)) {
                broken.add(target);
            }
        }
        assertThat(broken).as("links of %s that lead nowhere", file).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("files")
    void testsThatAreNamed_exist(Path file) throws IOException {
        Set<String> named = new HashSet<>();
        TEST.matcher(Documentation.read(file.toString())).results().forEach(name -> named.add(name.group(1)));
        named.removeAll(Documentation.files("Tests.java"));
        named.removeAll(Documentation.files("IT.java"));

        assertThat(named).as("tests that %s names and that do not exist", file).isEmpty();
    }

    @Test
    void linkToNothing_isNoticed() throws IOException {
        Path guide = Path.of("docs", "guide.md");

        assertThat(leadsSomewhere(guide, "sources.md")).isTrue();
        assertThat(leadsSomewhere(guide, "source.md")).isFalse();
        assertThat(leadsSomewhere(guide, "../README.md#run-the-demo")).isTrue();
        assertThat(leadsSomewhere(guide, "../README.md#run-the-demos")).isFalse();
        assertThat(anchors("# `a.b`: c, and d\n## c\n### c\n```\n# no heading\n```\n"))
                .containsExactlyInAnyOrder("ab-c-and-d", "c", "c-1");
    }

    private static boolean leadsSomewhere(Path file, String link) throws IOException {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? file : file.resolveSibling(parts[0]).normalize();
        if (target.startsWith("..") || !Files.exists(Documentation.ROOT.resolve(target))) {
            return false;
        }
        return parts.length == 1
                || anchors(Documentation.read(target.toString())).contains(parts[1]);
    }

    /** Returns the anchors that GitHub gives the headings of a text. */
    private static Set<String> anchors(String text) {
        Set<String> anchors = new HashSet<>();
        Map<String, Integer> seen = new HashMap<>();
        for (MatchResult heading :
                HEADING.matcher(FENCE.matcher(text).replaceAll("")).results().toList()) {
            String anchor = LINK.matcher(heading.group(1).strip())
                    .replaceAll("$1")
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-');
            int before = seen.merge(anchor, 1, Integer::sum) - 1;
            anchors.add(before == 0 ? anchor : anchor + "-" + before);
        }
        return anchors;
    }

    private static String withoutCode(String text) {
        return CODE.matcher(FENCE.matcher(text).replaceAll("")).replaceAll("");
    }
}
