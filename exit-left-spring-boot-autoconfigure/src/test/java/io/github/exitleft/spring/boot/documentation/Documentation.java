package io.github.exitleft.spring.boot.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The repository's Markdown files. A block of one is what stands between {@code <!-- block: NAME -->} and {@code <!-- end -->}.
 *
 * <p>With {@code -Ddocumentation.write=true} a generated block that differs is written into its file, and the test fails this once.
 */
final class Documentation {

    static final Path ROOT = Path.of("..");

    /** Folders of the repository that are not part of it. */
    private static final Set<String> BUILT = Set.of("target", ".git");

    private Documentation() {}

    static String read(String file) throws IOException {
        return Files.readString(ROOT.resolve(file));
    }

    /** Fails, and shows what the block should be, if it is not the given text. */
    static void assertGenerated(String file, String block, String expected) throws IOException {
        String whole = read(file);
        Matcher found = block(file, whole, block);
        if (!found.group(1).equals(expected) && Boolean.getBoolean("documentation.write")) {
            Files.writeString(
                    ROOT.resolve(file), whole.substring(0, found.start(1)) + expected + whole.substring(found.end(1)));
        }
        assertThat(found.group(1))
                .as(
                        "block '%s' of %s, which should be as follows (-Ddocumentation.write=true writes it)%n%s",
                        block, file, expected)
                .isEqualTo(expected);
    }

    /** Returns the first column of the table in a block, without its head and without back-ticks. */
    static List<String> firstColumn(String file, String block) throws IOException {
        return block(file, read(file), block)
                .group(1)
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|")[1].strip().replace("`", ""))
                .toList();
    }

    /** Returns the names of a file's blocks that begin with the given text. */
    static List<String> blocks(String file, String prefix) throws IOException {
        return Pattern.compile("<!-- block: (" + Pattern.quote(prefix) + "\\S*) -->")
                .matcher(read(file))
                .results()
                .map(result -> result.group(1))
                .toList();
    }

    private static Matcher block(String file, String whole, String name) {
        Matcher matcher = Pattern.compile(
                        "<!-- block: " + Pattern.quote(name) + " -->\n(.*?)<!-- end -->", Pattern.DOTALL)
                .matcher(whole);
        assertThat(matcher.find()).as("block '%s' in %s", name, file).isTrue();
        return matcher;
    }

    /** Returns all Markdown files of the repository, relative to its root, but for what is built. */
    static List<Path> files() throws IOException {
        return find(".md");
    }

    /** Returns the names of all files of the repository that end so, without their extension. */
    static List<String> files(String end) throws IOException {
        return find(end).stream()
                .map(file -> file.getFileName().toString().replaceFirst("\\.\\w+$", ""))
                .toList();
    }

    private static List<Path> find(String end) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return BUILT.contains(folder.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(end)) {
                    found.add(ROOT.relativize(file));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        found.sort(null);
        return found;
    }
}
