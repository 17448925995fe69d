package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.Source;
import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.source.OpenSource;
import io.github.exitleft.spring.boot.source.RequiredClass;
import io.github.exitleft.spring.boot.source.SourceAdapter;
import io.github.exitleft.spring.boot.source.SourceBeans;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.spring.boot.source.SourceDefinition;
import io.github.exitleft.spring.boot.source.TokenKeys;
import io.github.exitleft.test.QueueSource;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.util.unit.DataSize;

/** An adapter that the hub has never heard of has all that ours have: B13, with B1 for its keys. */
@SuppressWarnings("unchecked") // beans by name have no type parameters
class ForeignAdapterTests extends StartFailureSupport {

    private static final String QUEUE = """
            exit-left:
              stages:
                orders:
                  token-type: java.lang.String
                  source:
                    type: own-queue
                    own-queue:
                      name: spool
                      token:
                        reader: reader
            """;
    private static final String SOURCE = "exit-left.stages.orders.source.own-queue";

    @BeforeEach
    void addAdapters() throws IOException {
        adapters(OwnQueueAdapter.class, SettersAdapter.class, LibraryAdapter.class);
    }

    @Test
    void b13_stageOfItsType_readsItsSourceWithTheReaderThatItsKeysName() throws Exception {
        try (ConfigurableApplicationContext context = run(QUEUE)) {
            Stage<String, String> orders = context.getBean("orders", Stage.class);

            assertThat(orders.source()).containsEntry("name", "spool").containsEntry("longest", "1048576B");
            QueueSource<String> queue = orders.backdoor(QueueSource.class);
            assertThat(orders.call("one", () -> queue.add("one"))).isEqualTo("one");
        }
    }

    @Test
    void b13_messageType_isThatOfTheDefinition() throws Exception {
        try (ConfigurableApplicationContext context = run(QUEUE)) {
            assertThat(context.getBeanFactory()
                            .getMergedBeanDefinition("orders")
                            .getResolvableType()
                            .toString())
                    .isEqualTo("io.github.exitleft.Stage<java.lang.String, java.lang.String>");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            naem: x        | naem        | 11:17 | there is no such key; did you mean exit-left.stages.orders.source.own-queue.name? | source.own-queue.longest
            token.raeder: x| token.raeder| 11:25 | did you mean exit-left.stages.orders.source.own-queue.token.reader?               | source.own-queue.token.reader
            longest: much  | longest     | 11:20 | much                       | a size, such as 1MB
            pause: 3       | pause       | 11:18 | has no unit, such as s     | a duration, such as 3s
            pause: 1ms     | pause       | 11:18 | must be at least PT1S      | a duration such as 10s
            depth: 0       | depth       | 11:18 | must be from 1 to 9        | a value from 1 to 9
            token.header: a| token.reader| 10:21 | in one way only            | Remove one of the two
            """)
    void b1_mistakeInItsKeys_isReported(
            String line, String key, String origin, String reason, String remedy, CapturedOutput output)
            throws IOException {
        assertStartFails(QUEUE + "          " + line + "\n", output, SOURCE + "." + key, origin, reason, remedy);
    }

    @Test
    void b1_valueWhereItsKeysBelong_isReported(CapturedOutput output) throws IOException {
        assertStartFails(
                QUEUE.substring(0, QUEUE.indexOf("own-queue:")) + "own-queue: spool\n",
                output,
                SOURCE,
                "7:20",
                "it has keys of its own, but is set to a value",
                "Indent what belongs");
    }

    @Test
    void b1_requiredKey_isReportedAlsoIfNothingIsSetBelowTheType(CapturedOutput output) throws IOException {
        assertStartFails(
                QUEUE.substring(0, QUEUE.indexOf("        own-queue:")),
                output,
                SOURCE + ".name",
                "not set; the stage comes from",
                "needs a name",
                "Set " + SOURCE + ".name");
    }

    @Test
    void b13_environmentVariables_reachItsKeys() throws IOException {
        this.variables = Map.of(
                "EXITLEFT_STAGES_ORDERS_SOURCE_OWNQUEUE_LONGEST", "7B",
                "EXIT_LEFT_STAGES_ORDERS_SOURCE_OWN_QUEUE_NAME", "other");
        try (ConfigurableApplicationContext context = run(QUEUE)) {
            assertThat(context.getBean("orders", Stage.class).source())
                    .containsEntry("longest", "7B")
                    .containsEntry("name", "other");
        }
    }

    @Test
    void b13_twoStagesThatClaimTheSame_areReported(CapturedOutput output) throws IOException {
        assertStartFails(
                QUEUE + QUEUE.replace("orders:", "second:").substring("exit-left:\n  stages:\n".length()),
                output,
                "exit-left.stages.second.source.own-queue.name",
                "16:17",
                "stage 'orders' reads it already (origin: ",
                "Name another");
    }

    @Test
    void b1_missingLibrary_isReportedBeforeTheDefinitionIsMade(CapturedOutput output) throws IOException {
        assertStartFails(
                QUEUE.replace("own-queue", "library"),
                output,
                "exit-left.stages.orders.source.type",
                "6:15",
                "there is no class com.example.Library on the class path",
                "Add the dependency com.example:library");
    }

    @Test
    void b1_propertiesWithSetters_areBoundStrictlyToo(CapturedOutput output) throws IOException {
        String yaml = QUEUE.substring(0, QUEUE.indexOf("          name:")).replace("own-queue", "setters");
        try (ConfigurableApplicationContext context = run(yaml + "          name: spool\n          depth: 4\n")) {
            assertThat(context.getBean("orders", Stage.class).source()).containsEntry("name", "spool/4");
        }
        assertStartFails(
                yaml + "          nested.keys: 1\n",
                output,
                "exit-left.stages.orders.source.setters.nested.keys",
                "8:24",
                "did you mean exit-left.stages.orders.source.setters.nested.key?",
                "Beside it there are: source.setters.nested.key.");
        start(yaml + "          depht: 4\n");
        assertThat(output).contains("Beside it there are: source.setters.depth, source.setters.name.");
    }

    @Test
    void b1_itsType_isListedWhereAStagesTypeHasNoAdapter(CapturedOutput output) throws IOException {
        assertStartFails(
                QUEUE.replace("type: own-queue", "type: pigeon"),
                output,
                "exit-left.stages.orders.source.type",
                "6:15",
                "there is no source of type 'pigeon'",
                "udp, tcp, kafka, jms, postgres, channel, bean, own-queue, setters, library. Or add the jar");
    }

    @Test
    void b13_settingsOfTwoContexts_areEqualIfItsPropertiesAre() { // as ParentContextTests does with ours
        assertThat(settings("spool")).isEqualTo(settings("spool")).isNotEqualTo(settings("other"));
    }

    private static Map<String, StageSettings> settings(String name) {
        Environment environment = new MockEnvironment()
                .withProperty("exit-left.stages.orders.source.type", "own-queue")
                .withProperty(SOURCE + ".name", name);
        return StagePropertiesBinding.bind(environment, SourceAdapters.find());
    }

    @Test
    void environmentWithoutStages_hasNone() {
        assertThat(StagePropertiesBinding.bind(new StandardEnvironment(), SourceAdapters.find()))
                .isEmpty();
    }

    static final class OwnQueueAdapter implements SourceAdapter<OwnQueueProperties> {

        @Override
        public String type() {
            return "own-queue";
        }

        @Override
        public Class<OwnQueueProperties> propertiesType() {
            return OwnQueueProperties.class;
        }

        @Override
        public SourceDefinition define(OwnQueueProperties properties, SourceContext context) {
            String name = properties.name();
            if (name == null) {
                throw context.problem("name", "a queue needs a name", "Set " + context.key("name") + ".");
            }
            context.inRange("depth", properties.depth(), 1, 9);
            context.atLeast("pause", properties.pause(), Duration.ofSeconds(1));
            new TokenKeys(context)
                    .text("header", properties.token().header(), "header")
                    .reader(properties.token().reader());
            SourceContext.Claim other = context.claim("name", name);
            if (other != null) {
                throw context.problem(
                        "name",
                        "stage '" + other.stage() + "' reads it already (origin: " + other.origin() + ")",
                        "Name another.");
            }
            return definition(
                    Map.of("name", name, "longest", properties.longest().toString()),
                    properties.token().reader());
        }
    }

    record OwnQueueProperties(
            @Nullable String name,
            @DefaultValue("1MB") DataSize longest,
            @DefaultValue("5s") Duration pause,
            @DefaultValue("3") int depth,
            @DefaultValue Token token) {

        record Token(@Nullable String header, @Nullable String reader) {}
    }

    static final class SettersAdapter implements SourceAdapter<SettersProperties> {

        @Override
        public String type() {
            return "setters";
        }

        @Override
        public Class<SettersProperties> propertiesType() {
            return SettersProperties.class;
        }

        @Override
        public SourceDefinition define(SettersProperties properties, SourceContext context) {
            return definition(Map.of("name", properties.name + "/" + properties.depth), "reader");
        }
    }

    static final class SettersProperties {

        private @Nullable String name;
        private int depth;
        private final Nested nested = new Nested();

        public void setName(String name) {
            this.name = name;
        }

        public void setDepth(int depth) {
            this.depth = depth;
        }

        public Nested getNested() {
            return this.nested;
        }

        static final class Nested {

            private @Nullable String key;

            public @Nullable String getKey() {
                return this.key;
            }

            public void setKey(String key) {
                this.key = key;
            }
        }
    }

    static final class LibraryAdapter implements SourceAdapter<OwnQueueProperties> {

        @Override
        public String type() {
            return "library";
        }

        @Override
        public Class<OwnQueueProperties> propertiesType() {
            return OwnQueueProperties.class;
        }

        @Override
        public List<RequiredClass> requirements() {
            return List.of(new RequiredClass("com.example.Library", "com.example:library"));
        }

        @Override
        public SourceDefinition define(OwnQueueProperties properties, SourceContext context) {
            throw new NoClassDefFoundError("com/example/Library");
        }
    }

    private static SourceDefinition definition(Map<String, Object> details, @Nullable String reader) {
        return new SourceDefinition() {
            @Override
            public Class<?> messageType() {
                return String.class;
            }

            @Override
            public OpenSource open(SourceBeans beans) {
                var tokens = beans.reader("token.reader", Objects.requireNonNull(reader), String.class);
                return OpenSource.owned(new Detailed(details), tokens);
            }
        };
    }

    /** A queue that shows what it was configured with. */
    private record Detailed(Map<String, Object> details, QueueSource<String> backdoor) implements Source<String> {

        Detailed(Map<String, Object> details) {
            this(details, new QueueSource<>());
        }

        @Override
        public @Nullable String receive(Duration remaining) throws Exception {
            return this.backdoor.receive(remaining);
        }

        @Override
        public void wakeup() {
            this.backdoor.wakeup();
        }

        @Override
        public void close() {
            this.backdoor.close();
        }
    }
}
