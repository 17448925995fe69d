package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Executable;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What is public of the primitive is for its users; the message stage, in the same package, needs nothing to be public. */
class PrimitiveApiTests {

    @Test
    void publicMethods_areTheseAndNoOthers() {
        assertThat(publicMethods(BareStage.class))
                .containsExactlyInAnyOrder(
                        "addListener",
                        "backdoor",
                        "buffer",
                        "builder",
                        "close",
                        "deadline",
                        "enter",
                        "enterUntil",
                        "isClosed",
                        "keeper",
                        "name",
                        "nanoTime",
                        "removeListener",
                        "snapshot",
                        "ticket",
                        "ticket",
                        "toString");
        assertThat(publicMethods(BareStageBuilder.class))
                .containsExactlyInAnyOrder("build", "closer", "maxTickets", "promotion", "wakeup");
        assertThat(publicMethods(BareTicket.class)).containsExactlyInAnyOrder("attachment", "close", "token");
        assertThat(publicMethods(BareKeeper.class)).containsExactlyInAnyOrder("head", "isHeading", "pause", "recall");
        assertThat(publicMethods(Director.class))
                .containsExactlyInAnyOrder(
                        "attachment",
                        "closed",
                        "fail",
                        "find",
                        "isAnybodyWaiting",
                        "isCancelled",
                        "isClosed",
                        "outOfTime",
                        "pause",
                        "recovered",
                        "remaining",
                        "remainingNanos",
                        "resource",
                        "route",
                        "signal",
                        "signal",
                        "token");
    }

    @Test
    void publicConstructors_areNone() {
        for (Class<?> type : new Class<?>[] {
            BareStage.class, BareStageBuilder.class, BareTicket.class, BareKeeper.class, Director.class
        }) {
            assertThat(type.getConstructors()).isEmpty();
        }
    }

    private static String[] publicMethods(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .filter(method -> !method.isSynthetic())
                .map(Executable::getName)
                .toArray(String[]::new);
    }
}
