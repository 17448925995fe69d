package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.Keeper;
import io.github.exitleft.OnFailure;
import io.github.exitleft.Overflow;
import io.github.exitleft.Promotion;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys of one stage.
 *
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
 * @param executor Name of an Executor bean for asynchronous calls, streams and events. The applicationTaskExecutor, if there
 * is one, or else the common pool, unless set.
 * @param replyClassifier Name of a ReplyClassifier bean that finds the answers that are errors. They are thrown to their callers.
 * @param eventHandler Name of an EventHandler bean that gets the messages that are for no caller, as the token reader says. They
 * are only counted unless set.
 * @param source Where the messages come from.
 */
@ConfigurationPropertiesSource
public record StageProperties(
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
        @Nullable String executor,
        @Nullable String replyClassifier,
        @Nullable String eventHandler,
        @DefaultValue Source source) {

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
