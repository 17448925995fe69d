package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.Keeper;
import io.github.exitleft.OnFailure;
import io.github.exitleft.Overflow;
import io.github.exitleft.Promotion;
import io.github.exitleft.Reuse;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys of one stage.
 *
 * @param enabled Whether there is this stage. If not, no bean is registered for it.
 * @param tokenType Class of the tokens, which with the source's messages makes the generic type of the bean. Required.
 * @param defaultTimeout How long a wait lasts unless its caller says otherwise.
 * @param promotion Which waiter reads next when the one that reads leaves.
 * @param drain How many messages that are there already a leaving reader may still route.
 * @param maxTickets How many tickets may be live. One more is refused before anything is sent.
 * @param mailboxCapacity How many messages are kept for each ticket until they are fetched.
 * @param mailboxOverflow Which message is dropped, and counted, when a mailbox is full.
 * @param shared Whether others read the same messages, so that those that were not asked for here count as foreign.
 * @param keeper Whether a background thread reads while no caller does. What the source prefers unless set.
 * @param keeperIdle After how long without a reader an idle keeper reads.
 * @param onFailure What reopens a source that failed: callers that ask later, or a background thread as well.
 * @param reopen The pauses before attempts to reopen what has failed.
 * @param executor Name of an Executor bean for asynchronous calls, streams and events. The applicationTaskExecutor, if there
 * is one, or else the common pool, unless set.
 * @param replyClassifier Name of a ReplyClassifier bean that finds the answers that are errors. They are thrown to their callers.
 * @param window How many questions may be out at once; further ones wait, in order, before they are sent, that of a heartbeat first.
 * No limit unless set.
 * @param windowWait How long a question waits for a place in the window at most. As long as its timeout allows unless set.
 * @param tokens Which tokens the stage issues, and when one can be used again.
 * @param eventHandler Name of an EventHandler bean that gets the messages that are for no caller, as the token reader says. They
 * are only counted unless set.
 * @param source Where the messages come from.
 */
@ConfigurationPropertiesSource
public record StageProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable Class<?> tokenType,
        @DefaultValue("3s") Duration defaultTimeout,
        @DefaultValue("newest") Promotion promotion,
        @DefaultValue("32") int drain,
        @DefaultValue("10000") int maxTickets,
        @DefaultValue("16") int mailboxCapacity,
        @DefaultValue("drop-newest") Overflow mailboxOverflow,
        @DefaultValue("false") boolean shared,
        @Nullable Keeper keeper,
        @DefaultValue("100ms") Duration keeperIdle,
        @DefaultValue("reopen") OnFailure onFailure,
        @DefaultValue Reopen reopen,
        @Nullable String executor,
        @Nullable String replyClassifier,
        @Nullable Integer window,
        @Nullable Duration windowWait,
        @DefaultValue Tokens tokens,
        @Nullable String eventHandler,
        @DefaultValue Source source) {

    /**
     * The keys of the pauses before a failed source is reopened.
     *
     * @param pause First pause before a background thread tries to reopen a source that failed, or to restore one of several
     * connections. Each further pause is twice as long. Callers that ask try at most once a second, whatever is set.
     * @param maxPause Longest of these pauses.
     */
    public record Reopen(
            @DefaultValue("100ms") Duration pause,
            @DefaultValue("10s") Duration maxPause) {}

    /**
     * The keys of a stage's tokens.
     *
     * @param issue How the stage issues tokens to callers that bring none: so that they can't be guessed, or one after the other.
     * None are issued unless set.
     * @param bits How many bits issued tokens have: up to 64 for a Long, 32 for an Integer and 16 for a Short, 122 for a UUID, and
     * 4 for each digit of a String. As many as the field that tokens are read from unless set.
     * @param issuer Name of a TokenIssuer bean that issues the tokens instead.
     * @param rest How long a token whose question ended without an answer is refused, unless the answer comes before: a time, or
     * until-answered where the source can tell when an answer can't come any more.
     * @param restMost How many tokens may rest until they are answered, before the connection is renewed. Half of those that can be
     * issued, if these are fewer.
     * @param reuse Whether a token may be used again at once although its last question was not answered. Only where the sender's
     * address is the token unless set.
     */
    public record Tokens(
            @Nullable Issue issue,
            @Nullable Integer bits,
            @Nullable String issuer,
            @DefaultValue("60s") RestTime rest,
            @DefaultValue("1024") int restMost,
            @Nullable Reuse reuse) {

        /** How tokens are issued. */
        public enum Issue {
            /** At random, so that they can't be guessed. */
            RANDOM,
            /** One after the other. */
            SEQUENCE
        }
    }

    /**
     * The keys of a stage's source.
     *
     * @param type Kind of source; the adapters on the class path say which there are. Required.
     */
    public record Source(@Nullable String type) {

        /** Takes the type in any case, as enums are. */
        public Source {
            type = type == null ? null : type.strip().toLowerCase(Locale.ROOT);
        }
    }
}
