package io.github.exitleft.spring.boot.test;

import io.github.exitleft.ForwardingSource;
import io.github.exitleft.Keeper;
import io.github.exitleft.Source;
import io.github.exitleft.Stage;
import io.github.exitleft.TokenReader;
import io.github.exitleft.spring.boot.autoconfigure.StageBeans;
import io.github.exitleft.spring.boot.source.OpenSource;
import io.github.exitleft.spring.boot.source.SourceBeans;
import io.github.exitleft.spring.boot.source.SourceDefinition;
import io.github.exitleft.spring.boot.source.StandIn;
import io.github.exitleft.test.ScriptedPeer;
import io.github.exitleft.test.SteerableClock;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;

/** The peers of an application's stages; a bean of tests with {@link AutoConfigureStages}. */
public final class ScriptedPeers implements DisposableBean {

    private final BeanFactory beanFactory;
    private final ObjectProvider<StageBeans> stages;
    private final ObjectProvider<SteerableClock> clock;
    private final Map<String, ScriptedPeer<Object, Object>> peers = new ConcurrentHashMap<>();
    private volatile boolean closed;

    ScriptedPeers(BeanFactory beanFactory, ObjectProvider<StageBeans> stages, ObjectProvider<SteerableClock> clock) {
        this.beanFactory = beanFactory;
        this.stages = stages;
        this.clock = clock;
    }

    /**
     * Returns the peer of a stage.
     *
     * @param stage a stage of the application that is configured by properties
     * @param <T> its tokens
     * @param <M> its messages
     * @return the peer
     * @throws IllegalArgumentException if the stage has no peer: it is a mock, the application builds it, or it is another context's
     * @throws IllegalStateException if the context of this bean was closed
     */
    @SuppressWarnings("unchecked") // a stage's peer has the types of the stage
    public <T, M> ScriptedPeer<T, M> on(Stage<T, M> stage) {
        String name = stage.name();
        ScriptedPeer<Object, Object> peer = name == null ? null : find(name);
        if (peer == null || this.beanFactory.getBean(name) != stage) {
            throw noPeer(stage.toString());
        }
        return (ScriptedPeer<T, M>) peer;
    }

    /**
     * Returns the peer of a stage, for tests that do not have the stage itself.
     *
     * @param stage the name of a stage that is configured by properties
     * @return the peer
     * @throws IllegalArgumentException if there is no such stage, or it has no peer
     * @throws IllegalStateException if the context of this bean was closed
     */
    public ScriptedPeer<Object, Object> on(String stage) {
        ScriptedPeer<Object, Object> peer = find(Objects.requireNonNull(stage, "'stage' must not be null"));
        if (peer == null) {
            throw noPeer("stage '" + stage + "'" + didYouMean(stage));
        }
        return peer;
    }

    /** Asks whether one of the stages is meant whose name begins like the one that is asked for; empty if there is none. */
    private String didYouMean(String asked) {
        return this.peers.keySet().stream()
                .filter(name -> !name.equals(asked) && (begins(name, asked) || begins(asked, name)))
                .sorted()
                .map(name -> "'" + name + "'")
                .reduce((one, other) -> one + " or " + other)
                .map(names -> " (did you mean " + names + "?)")
                .orElse("");
    }

    private static boolean begins(String text, String prefix) {
        return !prefix.isEmpty() && text.regionMatches(true, 0, prefix, 0, prefix.length());
    }

    private @Nullable ScriptedPeer<Object, Object> find(String name) {
        requireOpen();
        if (!this.peers.containsKey(name)
                && this.beanFactory.containsBean(name)
                && this.beanFactory.isTypeMatch(name, Stage.class)) {
            // a bean that is created lazily
            this.beanFactory.getBean(name);
        }
        return this.peers.get(name);
    }

    private IllegalArgumentException noPeer(String stage) {
        StageBeans known = this.stages.getIfAvailable();
        return new IllegalArgumentException(
                stage + " has no peer, since it is no stage of this application context that is"
                        + " configured by properties; the stages are: "
                        + (known == null ? "none" : String.join(", ", known.names()))
                        + ", of which mocks and those that the application builds have no peer");
    }

    private void requireOpen() {
        if (this.closed) {
            throw new IllegalStateException(
                    "these peers are used after their application context was closed; inject those of the present one");
        }
    }

    /**
     * Makes all peers forget scripts, questions, and what has not been read yet; called after each test method.
     *
     * @throws IllegalStateException if a script could not be followed, such as one that answers what was not asked; code under test
     *     may have hidden that
     */
    public void reset() {
        IllegalStateException first = null;
        for (ScriptedPeer<?, ?> peer : this.peers.values()) {
            try {
                peer.reset();
            } catch (IllegalStateException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** Opens a source in memory in place of the one that is configured. */
    @SuppressWarnings("unchecked") // what reads the tokens has the types of the stage
    OpenSource open(String stage, SourceDefinition definition, SourceBeans beans) {
        AtomicReference<@Nullable ScriptedPeer<Object, Object>> peer = new AtomicReference<>();
        StandIn standIn = definition.standIn(
                beans,
                question -> Objects.requireNonNull(peer.get(), "sent before the stage is there")
                        .accept(question));
        if (standIn == null) {
            throw new IllegalStateException("stage '" + stage + "' can't be in memory, since "
                    + definition.getClass().getName()
                    + " says nothing of what stands in for its source; override SourceDefinition.standIn there");
        }
        var made =
                new ScriptedPeer<>(stage, (TokenReader<Object, Object>) standIn.reader(), this.clock.getIfAvailable());
        peer.set(made);
        this.peers.put(stage, made);
        return OpenSource.owned(new StandInSource<>(made.source(standIn.backdoor()), standIn), standIn.reader());
    }

    @Override
    public void destroy() {
        this.closed = true;
    }

    /** Prefers the keeper of the source that it stands in for, and finds the same errors. */
    @SuppressWarnings("try") // closing what it wraps may throw anything
    private static final class StandInSource<M> extends ForwardingSource<M> {

        private final StandIn standIn;

        StandInSource(Source<M> source, StandIn standIn) {
            super(source);
            this.standIn = standIn;
        }

        @Override
        public Keeper preferredKeeper() {
            return this.standIn.keeper();
        }

        @Override
        public @Nullable Throwable errorOf(M message) {
            return this.standIn.errors().apply(Objects.requireNonNull(message));
        }
    }
}
