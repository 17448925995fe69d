package com.example.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.BareSnapshot.State;
import io.github.exitleft.Keeper;
import io.github.exitleft.Source;
import io.github.exitleft.SourceFailedException;
import io.github.exitleft.Stage;
import io.github.exitleft.test.SourceContractTests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The source of one's own that the guide shows: it keeps the contract (M10), and the guide quotes it word for word. */
class DropFolderTests extends SourceContractTests<Path> {

    private static final Path GUIDE = Path.of("..", "..", "docs", "guide.md");
    private static final Path CODE = Path.of("src", "test", "java", "com", "example", "sources", "DropFolder.java");

    @TempDir
    Path folder;

    @Override
    protected Source<Path> open() throws IOException {
        return new DropFolder(this.folder);
    }

    @Override
    protected void deliver(Source<Path> source, int token) throws IOException {
        Path file = this.folder.resolve(String.valueOf(token));
        Files.deleteIfExists(file);
        Files.createFile(file);
    }

    @Override
    protected int token(Path message) {
        return Integer.parseInt(message.toString());
    }

    @Test
    void caller_waitsForTheFileThatIsItsAnswer() throws Exception {
        Path drop = Files.createDirectory(this.folder.resolve("drop"));
        try (Stage<String, Path> results = Stage.builder("results", String.class, new DropFolder(drop), Path::toString)
                .build()) {
            Path result = results.call("order-17.xml", () -> {
                Files.createFile(drop.resolve("order-16.xml"));
                Files.createFile(drop.resolve("order-17.xml"));
            });
            assertThat(result).hasToString("order-17.xml");
        }
    }

    @Test
    void m6_folderThatIsDeleted_failsTheSourceUntilThereIsOneAgain() throws Exception {
        Path drop = Files.createDirectory(this.folder.resolve("drop"));
        try (Stage<String, Path> results = Stage.builder("results", String.class, new DropFolder(drop), Path::toString)
                .keeper(Keeper.ALWAYS)
                .build()) {
            FutureTask<?> caller = Threads.start(() -> results.call("a", () -> {}));
            Threads.awaitCallers(results, 1);

            Files.delete(drop);

            assertThat(Threads.failure(caller))
                    .isInstanceOf(SourceFailedException.class)
                    .hasCauseInstanceOf(NoSuchFileException.class);
            Files.createDirectory(drop);
            await().until(() -> results.snapshot(0).role().state() == State.OPEN);
            assertThat(results.call("b", () -> Files.createFile(drop.resolve("b"))))
                    .hasToString("b");
        }
    }

    @Test
    void guide_quotesTheSourceWordForWord() throws IOException {
        Matcher quote = Pattern.compile("<!-- DropFolder.java -->\\s*```java\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(GUIDE));
        assertThat(quote.find()).as("a quote of DropFolder.java in " + GUIDE).isTrue();
        String code = Files.readString(CODE);

        assertThat(quote.group(1)).isEqualTo(code.substring(code.indexOf("final class")));
    }
}
