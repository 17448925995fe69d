package io.github.exitleft.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.demo.stun.Delay;
import io.github.exitleft.testing.Patience;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The page in a browser. The tests share one demo, in which requests that one has left behind may still be waiting.
 * {@code -Ddemo.screenshots=true} writes the pictures of the documents.
 */
class PageIT {

    private static final Delay SHORT = new Delay(Duration.ofMillis(5), Duration.ofMillis(60));

    /** Counts what is put into the layer on which messages fly. */
    private static final String COUNT_FLIGHTS = """
            (() => {
              window.flights = 0;
              new MutationObserver(changes => changes.forEach(change => { window.flights += change.addedNodes.length; }))
                  .observe(document.getElementById('flights'), { childList: true });
            })()
            """;

    /** The elements that reach beyond the window, and the texts that are cut off in the tables. */
    private static final String TOO_WIDE = """
            [document.documentElement, ...document.querySelectorAll('main *')]
                .filter(each => !each.closest('.visually-hidden, .flights, .leaving, .name, [hidden]'))
                .filter(each => each.getBoundingClientRect().right > innerWidth || each.scrollWidth > Math.max(each.clientWidth, 1)
                    && getComputedStyle(each).display !== 'inline')
                .map(each => each.tagName + '#' + each.id + '.' + each.className)
                .join(', ')
            """;

    private static RunningDemo demo;
    private static Browser browser;

    @BeforeAll
    static void start() throws Exception {
        browser = Browser.start();
        demo = RunningDemo.start("exit-left.stages.stun.default-timeout=" + Patience.FOR_EVER.toMinutes() + "m");
    }

    @AfterAll
    static void stop() {
        if (demo != null) {
            demo.close();
        }
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void openPage() {
        demo.servers().loss(0);
        demo.servers().delay(SHORT);
        browser.size(1280, 900);
        browser.prefer("prefers-reduced-motion", "no-preference");
        browser.open(demo.uri("/"));
        await().until(() -> browser.text("state").equals("open"));
    }

    @Test
    void check_showsTheMappingAndThePortOfTheStage() {
        await().until(() -> browser.is("document.getElementById('verdict').className === 'verdict good'"));

        assertThat(browser.text("verdict")).isEqualTo("Endpoint-independent");
        assertThat(browser.text("explanation")).endsWith("All requests left from UDP port " + demo.udpPort() + ".");
        assertThat(browser.text("bindings")).contains(demo.server(0) + "127.0.0.1:" + demo.udpPort());
        assertThat(browser.text("port-number")).isEqualTo("" + demo.udpPort());
        assertThat(browser.text("messages")).contains("delivered", "late", "unknown");
        assertThat(browser.text("exits")).contains("timed-out");
    }

    @Test
    void load_showsTheHeadAndTheWaitersAndThenTheAnswers() {
        browser.choose("loss", "1");
        await().until(() -> demo.servers().loss() == 1);

        browser.click("[data-requests=\"100\"]");

        await().until(() -> browser.text("head-chip").startsWith("load-"));
        await().until(() -> number("waiters") >= 99);
        await().until(() -> browser.is("document.querySelectorAll('#crowd .chip .age').length >= 8"));
        assertThat(browser.text("crowd"))
                .containsPattern("load-\\d+\\d\\.\\d\\d s")
                .containsPattern("\\+ \\d+ more");
        assertThat(browser.text("caption")).contains(" is the head and reads; ", " others wait, the longest for ");

        browser.choose("loss", "0");
        await().until(() -> demo.servers().loss() == 0);
        long before = answered();
        browser.evaluate("document.querySelector('[data-requests=\"10\"]').focus()");
        browser.press("Enter", 13, "\r");

        await().until(() -> answered() >= before + 10);
        assertThat(browser.text("messages")).containsPattern("delivered\\d+");
        // for those who do not see the drawing
        await().until(() -> browser.text("told").contains("answered"));
    }

    @Test
    void lastMinute_isDrawnAndSummedUp() {
        browser.click("[data-requests=\"100\"]");

        await().until(() -> browser.text("chart-summary").matches("[1-9].* answered, .* waiting at most, .*"));
        assertThat(browser.is("""
                        (canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data
                            .some(value => value > 0))(document.querySelector('#chart canvas'))
                        """)).isTrue();
        assertThat(browser.text("chart")).contains("answers a second", "waiters");
    }

    @Test
    void strangers_fallAside() {
        long before = unknown();

        browser.click("#strangers");

        await().until(() -> unknown() == before + 5);
        assertThat(number("fallen")).isGreaterThanOrEqualTo(before + 5);
        await().until(() -> browser.text("caption").contains("messages fell aside"));
    }

    @Test
    void messages_fly() {
        browser.evaluate(COUNT_FLIGHTS);

        browser.click("[data-requests=\"10\"]");

        await().until(() -> browser.is("window.flights > 0"));
    }

    @Test
    void reducedMotion_showsTheSameWithoutAnyMotion() {
        browser.prefer("prefers-reduced-motion", "reduce");
        await().until(() -> browser.is("document.getElementById('flights').childElementCount === 0"));
        browser.evaluate(COUNT_FLIGHTS);
        long before = answered();

        browser.click("[data-requests=\"100\"]");

        await().until(() -> {
            assertThat(browser.evaluate("document.getAnimations().length").asInt())
                    .isZero();
            return answered() >= before + 100;
        });
        assertThat(browser.evaluate("window.flights").asInt()).isZero();
    }

    @Test
    void pageThatIsNotSeen_hasNoStream() {
        await().until(() -> streams() == 1);

        see(false);
        await().until(() -> streams() == 0);

        see(true);
        await().until(() -> streams() == 1);
    }

    @Test
    void requestThatIsRefused_isReportedAndStaysSo() {
        browser.evaluate("window.fetch = async () => new Response('{\"detail\":\"too many\"}', { status: 503 })");

        browser.click("[data-requests=\"10\"]");

        await().until(() -> browser.text("action-error").equals("That did not work: too many"));
        String told = browser.text("caption");
        demo.json("/api/nat");
        await().until(() -> !browser.text("caption").equals(told));
        assertThat(browser.is("document.getElementById('action-error').hidden")).isFalse();
    }

    @Test
    void pause_leavesThePageAsItIs() {
        browser.click("#pause");
        await().until(() -> streams() == 0);
        long before = answered();
        long delivered = delivered();

        browser.click("[data-requests=\"10\"]");

        await().until(() -> delivered() >= delivered + 10);
        assertThat(answered()).isEqualTo(before);
        browser.click("#pause");

        await().until(() -> answered() >= before + 10);
    }

    @ParameterizedTest
    @CsvSource({"1280, light", "400, light", "400, dark", "320, dark"})
    void width_holdsEverything(int width, String scheme) {
        browser.size(width, 900);
        browser.prefer("prefers-color-scheme", scheme);
        demo.servers().loss(1);
        browser.click("[data-requests=\"100\"]");
        await().until(() -> number("waiters") > 20);
        await().until(() -> browser.is("document.getElementById('bindings').childElementCount > 0"));

        // the chart gets its new size after the others
        await().untilAsserted(() -> {
            assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
                    .isLessThanOrEqualTo(width);
            assertThat(browser.evaluate(TOO_WIDE).asString()).isEmpty();
        });
    }

    @Test
    @EnabledIfSystemProperty(named = "demo.screenshots", matches = "true")
    void screenshots_areWritten() throws Exception {
        Path pictures = Files.createDirectories(Path.of("../docs/demo"));
        demo.servers().loss(0.1);
        demo.servers().delay(new Delay(Duration.ofMillis(200), Duration.ofMillis(1_500)));
        for (String[] shot : new String[][] {{"1280", "light"}, {"400", "light"}, {"1280", "dark"}}) {
            browser.size(Integer.parseInt(shot[0]), 900);
            browser.prefer("prefers-color-scheme", shot[1]);
            // some seconds of load, for the chart
            long before = answered();
            for (int i = 1; i <= 6; i++) {
                long more = before + i * 90L;
                browser.click("[data-requests=\"100\"]");
                await().until(() -> answered() >= more);
            }
            browser.click("#strangers");
            browser.click("[data-requests=\"100\"]");
            await().until(() -> number("waiters") > 40 && browser.is("document.querySelector('.dot') !== null"));
            Files.write(
                    pictures.resolve("page-" + String.join("-", shot) + ".png"),
                    browser.screenshot("section:has(#scene)"));
        }
    }

    private static long number(String id) {
        return Long.parseLong(browser.text(id).replace(",", ""));
    }

    /** What the page shows of the answers. */
    private static long answered() {
        return browser.evaluate("Number(/([\\d,]+) waits? (was|were) answered/"
                        + ".exec(document.getElementById('caption').textContent)[1].replaceAll(',', ''))")
                .asLong();
    }

    private static long unknown() {
        return browser.evaluate("Number(/unknown(\\d+)/.exec(document.getElementById('messages').textContent)[1])")
                .asLong();
    }

    private static int streams() {
        return demo.context().getBean(StageStreams.class).count();
    }

    /** Lets the page believe that its tab is in front, or not. */
    private static void see(boolean seen) {
        browser.evaluate("Object.defineProperty(document, 'hidden', { value: " + !seen + ", configurable: true });"
                + "document.dispatchEvent(new Event('visibilitychange'))");
    }

    private static long delivered() {
        return demo.shown().path("messages").path("delivered").asLong();
    }
}
