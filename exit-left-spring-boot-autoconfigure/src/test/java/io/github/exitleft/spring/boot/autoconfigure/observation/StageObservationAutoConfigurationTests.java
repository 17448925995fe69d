package io.github.exitleft.spring.boot.autoconfigure.observation;

import static io.micrometer.observation.tck.TestObservationRegistryAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.exitleft.CallOptions;
import io.github.exitleft.Resends;
import io.github.exitleft.Stage;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.autoconfigure.QueueBeans;
import io.github.exitleft.test.QueueSource;
import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** Observations of calls: B3. */
class StageObservationAutoConfigurationTests {

    private final TestObservationRegistry observations = TestObservationRegistry.create();

    private final ApplicationContextRunner withoutRegistry = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ExitLeftAutoConfiguration.class, StageObservationAutoConfiguration.class))
            .withUserConfiguration(QueueBeans.class)
            .withPropertyValues(
                    "exit-left.stages.stun.token-type=java.lang.String",
                    "exit-left.stages.stun.default-timeout=1m",
                    "exit-left.stages.stun.source.type=bean",
                    "exit-left.stages.stun.source.bean.name=source",
                    "exit-left.stages.stun.source.bean.token.reader=reader");
    private final ApplicationContextRunner runner =
            this.withoutRegistry.withBean(ObservationRegistry.class, () -> this.observations);

    @SuppressWarnings("unchecked") // as the properties say
    private static Stage<String, String> stage(ApplicationContext context) {
        return context.getBean("stun", Stage.class);
    }

    @SuppressWarnings("unchecked") // as QueueBeans says
    private static void call(ApplicationContext context, String token) throws InterruptedException {
        QueueSource<String> source = context.getBean("source", QueueSource.class);
        assertThat(stage(context).call(token, () -> source.add(token))).isEqualTo(token);
    }

    private static void timeOut(ApplicationContext context) {
        assertThatExceptionOfType(StageTimeoutException.class)
                .isThrownBy(() -> stage(context)
                        .call("lost", CallOptions.<String>defaults().timeout(Duration.ofMillis(1)), () -> {}));
    }

    @Test
    void call_isAnObservationWithTheKeysOfTheContract() { // B3
        this.runner.run(context -> {
            call(context, "token");

            assertThat(this.observations)
                    .hasSingleObservationThat()
                    .hasNameEqualTo("exitleft.stage.call")
                    .hasContextualNameEqualTo("stun call")
                    .hasLowCardinalityKeyValue("exitleft.stage", "stun")
                    .hasLowCardinalityKeyValue("exitleft.source.type", "queue")
                    .hasLowCardinalityKeyValue("exitleft.call.kind", "call")
                    .hasLowCardinalityKeyValue("exitleft.exit", "finished")
                    .doesNotHaveHighCardinalityKeyValueWithKey("exitleft.token")
                    .doesNotHaveError()
                    .hasBeenStarted()
                    .hasBeenStopped();
        });
    }

    @Test
    void callThatTimesOut_hasItsErrorAndItsExit() { // B3
        this.runner.run(context -> {
            timeOut(context);

            assertThat(this.observations)
                    .hasSingleObservationThat()
                    .hasLowCardinalityKeyValue("exitleft.exit", "timed-out")
                    .thenError()
                    .isInstanceOf(StageTimeoutException.class);
        });
    }

    @Test
    void tokens_areShownIfTheKeySaysSo() { // B3
        this.runner
                .withPropertyValues("management.observations.stages.show-token=true")
                .run(context -> {
                    call(context, "token");

                    assertThat(this.observations)
                            .hasSingleObservationThat()
                            .hasHighCardinalityKeyValue("exitleft.token", "token");
                });
    }

    @Test
    @SuppressWarnings("unchecked") // as QueueBeans says
    void call_hasEventsAndASenderInItsScope() { // B3
        List<String> events = new ArrayList<>();
        List<Observation> inScope = new ArrayList<>();
        this.observations.observationConfig().observationHandler(new ObservationHandler<>() {
            @Override
            public void onEvent(Observation.Event event, Observation.Context context) {
                events.add(event.getName());
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
        this.runner.run(context -> {
            QueueSource<String> source = context.getBean("source", QueueSource.class);
            Observation request = Observation.start("request", this.observations);
            try (Observation.Scope scope = request.openScope()) {
                CallOptions<String> options =
                        CallOptions.<String>defaults().resend(Resends.every(Duration.ofMillis(1)));
                stage(context).call("token", options, () -> {
                    inScope.add(this.observations.getCurrentObservation());
                    if (inScope.size() == 2) {
                        source.add("token");
                    }
                });
                assertThat(scope).isSameAs(this.observations.getCurrentObservationScope());
            }
            request.stop();

            assertThat(events).startsWith("sent", "resent").endsWith("received");
            assertThat(inScope).allSatisfy(observation -> {
                assertThat(observation.getContext().getName()).isEqualTo("exitleft.stage.call");
                assertThat(observation.getContext().getParentObservation()).isSameAs(request);
            });
        });
    }

    @Test
    void meterOfTheObservations_hasTheErrorThatMicrometerAdds() { // B3
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        this.observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
        this.runner.run(context -> {
            call(context, "token");
            timeOut(context);

            assertThat(meters.get("exitleft.stage.call")
                            .tags("exitleft.exit", "finished", "error", "none")
                            .timer()
                            .count())
                    .isEqualTo(1);
            assertThat(meters.get("exitleft.stage.call")
                            .tags("exitleft.exit", "timed-out", "error", "StageTimeoutException")
                            .timer()
                            .count())
                    .isEqualTo(1);
        });
    }

    @Test
    void convention_canBeReplacedByABean() { // B3
        StageCallObservationConvention mine = new DefaultStageCallObservationConvention(false) {
            @Override
            public String getName() {
                return "mine";
            }
        };
        this.runner.withBean(StageCallObservationConvention.class, () -> mine).run(context -> {
            call(context, "token");

            assertThat(this.observations).hasSingleObservationThat().hasNameEqualTo("mine");
        });
    }

    @Test
    void registryWithoutHandlers_hasNothingObserved() { // B3
        StageCallObservationConvention unused = new DefaultStageCallObservationConvention(false) {
            @Override
            public KeyValues getLowCardinalityKeyValues(StageCallObservationContext context) {
                throw new AssertionError("nothing is to be observed");
            }
        };
        this.withoutRegistry
                .withBean(ObservationRegistry.class, ObservationRegistry::create)
                .withBean(StageCallObservationConvention.class, () -> unused)
                .run(context -> {
                    call(context, "token");
                    assertThat(stage(context).snapshot(0).role().callbackFailures())
                            .isZero();
                });
    }

    @Test
    void observationThatIsSwitchedOff_costsNothing() { // B3
        this.observations.observationConfig().observationPredicate((name, context) -> false);
        this.runner.run(context -> {
            call(context, "token");
            assertThat(this.observations).doesNotHaveAnyObservation();
        });
    }

    @Test
    void observation_isAbsentWithoutMicrometer() { // B8
        this.withoutRegistry
                .withClassLoader(new FilteredClassLoader("io.micrometer"))
                .run(context -> {
                    assertThat(context).hasNotFailed().doesNotHaveBean(StageObservationAutoConfiguration.class);
                    call(context, "token");
                });
    }

    // conventions and handlers that throw

    enum Step {
        START,
        SCOPE_OPENED,
        EVENT,
        SCOPE_CLOSED,
        ERROR,
        STOP
    }

    private record Faulty(Step faulty) implements ObservationHandler<Observation.Context> {

        private void reach(Step step) {
            if (step == this.faulty) {
                throw new IllegalStateException("handler fails at " + step);
            }
        }

        @Override
        public void onStart(Observation.Context context) {
            reach(Step.START);
        }

        @Override
        public void onScopeOpened(Observation.Context context) {
            reach(Step.SCOPE_OPENED);
        }

        @Override
        public void onEvent(Observation.Event event, Observation.Context context) {
            reach(Step.EVENT);
        }

        @Override
        public void onScopeClosed(Observation.Context context) {
            reach(Step.SCOPE_CLOSED);
        }

        @Override
        public void onError(Observation.Context context) {
            reach(Step.ERROR);
        }

        @Override
        public void onStop(Observation.Context context) {
            reach(Step.STOP);
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return context instanceof StageCallObservationContext;
        }
    }

    @ParameterizedTest
    @EnumSource
    void m9_handlerThatThrows_losesNoAnswerAndLeavesNoScope(Step step) {
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig().observationHandler(new Faulty(step));
        this.withoutRegistry.withBean(ObservationRegistry.class, () -> registry).run(context -> {
            Observation request = Observation.start("request", registry);
            try (Observation.Scope scope = request.openScope()) {
                call(context, "token");
                timeOut(context);
                assertThat(registry.getCurrentObservationScope()).isSameAs(scope);
            }
            assertThat(stage(context).snapshot(0).role().callbackFailures()).isPositive();
            assertThat(stage(context).snapshot(0).role().tickets()).isZero();
        });
    }

    @Test
    void m9_conventionThatThrows_losesNoAnswer() {
        StageCallObservationConvention broken = new DefaultStageCallObservationConvention(false) {
            @Override
            public KeyValues getLowCardinalityKeyValues(StageCallObservationContext context) {
                throw new IllegalStateException("convention of a test");
            }
        };
        this.runner.withBean(StageCallObservationConvention.class, () -> broken).run(context -> {
            call(context, "token");
            timeOut(context);
            assertThat(stage(context).snapshot(0).role().callbackFailures()).isEqualTo(2);
        });
    }
}
