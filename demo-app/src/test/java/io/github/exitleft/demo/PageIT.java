package io.github.exitleft.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.testing.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in a browser. */
class PageIT {

    @TempDir
    Path directory;

    @Test
    void pageInABrowser_showsTheCheckAndTheStage() throws IOException, InterruptedException {
        Path chromium = Programs.require("chromium", "chromium", "chromium-browser", "google-chrome");
        try (RunningDemo demo = RunningDemo.start()) {
            Path dom = directory.resolve("dom.html");
            Process process = new ProcessBuilder(List.of(
                            chromium.toString(),
                            "--headless",
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-dev-shm-usage",
                            "--disable-background-networking",
                            "--disable-component-update",
                            "--no-first-run",
                            "--proxy-server=127.0.0.1:9",
                            "--proxy-bypass-list=127.0.0.1",
                            "--user-data-dir=" + directory.resolve("profile"),
                            "--virtual-time-budget=3000",
                            "--dump-dom",
                            demo.uri("/").toString()))
                    .redirectOutput(dom.toFile())
                    .redirectError(directory.resolve("errors.txt").toFile())
                    .start();
            try {
                Patience.waitFor(process);
            } finally {
                process.destroyForcibly().waitFor();
            }

            String page = Files.readString(dom);
            assertThat(page)
                    .contains(
                            "class=\"verdict good\"",
                            ">Endpoint-independent</p>",
                            "All requests left from UDP port " + demo.udpPort() + ".")
                    .contains(">" + demo.server(0) + "</th>", ">127.0.0.1:" + demo.udpPort() + "</td>")
                    .contains("id=\"state\">open</dd>", ">delivered</th>", ">timed-out</th>");
        }
    }
}
