package io.github.exitleft;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What a stage of messages is built with; {@link StageBuilder} says what each setting means, and checks it. */
final class StageSettings<T, M> {

    final String name;
    final Class<T> tokenType;
    Source<M> source;
    final TokenReader<? extends T, ? super M> reader;
    Duration defaultTimeout = Duration.ofSeconds(3);
    Promotion promotion = Promotion.NEWEST;
    int drain = 32;
    int maxTickets = 10_000;
    int mailboxCapacity = 16;
    Overflow overflow = Overflow.DROP_NEWEST;
    boolean shared;

    @Nullable
    Reuse reuse;

    Duration rest = Duration.ofSeconds(60);

    /** How many tokens may rest until they are answered; zero if they rest for a time. */
    int restUntilAnswered;

    /** What issues tokens; null if nothing does. */
    @Nullable
    Function<IssuingSetup<T>, TokenSupply<T>> issuing;

    /** How many questions may be out at once; 0 for any number. */
    int window;

    /** At most; the timeout of the call limits it too. */
    Duration windowWait = Duration.ofSeconds(Long.MAX_VALUE);

    @Nullable
    Keeper keeper;

    Duration keeperIdle = Duration.ofMillis(100);
    OnFailure onFailure = OnFailure.REOPEN;
    ReopenPauses reopenPauses = ReopenPauses.DEFAULT;

    @Nullable
    Executor executor;

    ContextCapture context = UnaryOperator::identity;

    @Nullable
    ReplyClassifier<? super M> classifier;

    @Nullable
    EventHandler<? super M> events;

    Timer timer = Timer.JVM;
    UnaryOperator<BareStageBuilder<T, Source<M>, Void>> seam = UnaryOperator.identity();

    StageSettings(String name, Class<T> tokenType, Source<M> source, TokenReader<? extends T, ? super M> reader) {
        this.name = Objects.requireNonNull(name, "'name' must not be null");
        this.tokenType = Objects.requireNonNull(tokenType, "'tokenType' must not be null");
        if (tokenType.isArray()) {
            throw new IllegalArgumentException("'tokenType' must not be an array, but is " + tokenType.getTypeName()
                    + ", which equals nothing but itself; use a String, a ByteBuffer or a record");
        }
        this.source = Objects.requireNonNull(source, "'source' must not be null");
        this.reader = Objects.requireNonNull(reader, "'reader' must not be null");
    }

    void requireRestUntilAnswered(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("'most' must be at least 1, but is " + most);
        }
        if (!source.tellsAnswerable()) {
            throw new IllegalArgumentException("tokens can't rest until they are answered, since a source of type "
                    + source.type() + " can't tell when an answer can't come any more; set a time to rest"
                    + " (tokens.rest, StageBuilder.rest)");
        }
    }

    RestRule restRule() {
        return restUntilAnswered == 0 ? RestRule.of(rest) : RestRule.untilAnswered(source, restUntilAnswered);
    }

    /** Returns whether tokens may be used again at once; by default only where they are addresses, of which each peer has one. */
    Reuse reuse() {
        if (reuse != null) {
            return reuse;
        }
        return SocketAddress.class.isAssignableFrom(tokenType) ? Reuse.ALLOW : Reuse.REFUSE;
    }

    Keeper keeper() {
        return keeper != null ? keeper : source.preferredKeeper();
    }
}
