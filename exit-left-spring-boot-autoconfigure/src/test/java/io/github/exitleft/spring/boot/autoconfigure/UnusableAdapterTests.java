package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.spring.boot.source.OpenSource;
import io.github.exitleft.spring.boot.source.RequiredClass;
import io.github.exitleft.spring.boot.source.SourceAdapter;
import io.github.exitleft.spring.boot.source.SourceBeans;
import io.github.exitleft.spring.boot.source.SourceContext;
import io.github.exitleft.spring.boot.source.SourceDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;

/** A third party's adapter that can't be used fails the start with a report that names its class: B13. */
class UnusableAdapterTests extends StartFailureSupport {

    private static final String PREFIX = UnusableAdapterTests.class.getName() + "$";

    private static void assertReported(CapturedOutput output, String className, String reason, String action) {
        assertThat(output).contains("APPLICATION FAILED TO START");
        String report = output.getOut().substring(output.getOut().indexOf("APPLICATION FAILED TO START"));
        assertThat(report.substring(0, report.indexOf("Action:")))
                .contains("A source adapter can't be used:", "Class: " + className + System.lineSeparator())
                .containsPattern("Origin: file:.*/adapters.jar/META-INF/spring.factories")
                .containsPattern("Reason: [^\\n]*\\Q" + reason + "\\E");
        assertThat(report.substring(report.indexOf("Action:"))).contains(action);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            Throwing   | can't be used: java.lang.IllegalStateException: no licence     | Correct the class, or remove its jar
            Arguments  | it has no constructor without parameters                       | Correct the class, or remove its jar
            Absent     | can't be used: java.lang.ClassNotFoundException                | Correct the class, or remove its jar
            Impostor   | is not assignable to factory type                              | Correct the class, or remove its jar
            Linking    | can't be used: java.lang.NoClassDefFoundError: com/example/Lib | Correct the class, or remove its jar
            Demanding  | can't be used: java.lang.IndexOutOfBoundsException             | Correct the class, or remove its jar
            Requiring  | can't be used: java.lang.NullPointerException: it requires null | Correct the class, or remove its jar
            Nameless   | 'null' can't be a source.type                                  | Let its type be lower-case letters
            Upper      | 'Folder' can't be a source.type                                | Let its type be lower-case letters
            TypeOfAll  | 'type' can't be a source.type                                  | Let its type be lower-case letters
            NoClass    | it names no properties class                                   | Let it be a record
            Interface  | nothing can be bound to its properties class java.lang.Runnable | Let it be a record
            Number     | nothing can be bound to its properties class int               | Let it be a record
            """)
    void b13_adapterThatCannotBeUsed_isReportedWithItsClassAndFile(
            String name, String reason, String action, CapturedOutput output) throws IOException {
        adapters(PREFIX + name);
        start(STUN + TOKEN);

        assertReported(output, PREFIX + name, reason, action);
    }

    @Test
    void b13_twoAdaptersOfOneType_areReportedWithBothClasses(CapturedOutput output) throws IOException {
        adapters(Udp.class);
        start(STUN + TOKEN);

        assertReported(
                output,
                PREFIX + "Udp",
                "its type 'udp' is also that of io.github.exitleft.spring.boot.udp.UdpAdapter (origin: ",
                "Remove the jar of one of the two");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            Undefined  | source.type   | UnusableAdapterTests$Undefined failed: java.lang.NullPointerException  | Correct that class
            Stumbling  | source.type   | UnusableAdapterTests$Stumbling failed: java.lang.IndexOutOf            | Correct that class
            Unread     | source.folder | the source can't be opened: java.lang.NullPointerException: nothing was opened | UnusableAdapterTests$Unread
            Sourceless | source.folder | the source can't be opened: java.lang.NullPointerException: 'source' must not be null | UnusableAdapterTests$Sourceless
            Unopened   | source.folder | the source can't be opened: java.io.UncheckedIOException: no folder    | UnusableAdapterTests$Unopened
            Picky      | source.folder | UnusableAdapterTests$PickyProperties can't be bound: java.lang.IllegalArgumentException: 'path' must be absolute, but is x | UnusableAdapterTests$Picky
            Ambiguous  | source.folder | UnusableAdapterTests$AmbiguousProperties can't be bound                | UnusableAdapterTests$Ambiguous
            """)
    void b13_adapterThatFailsForAStage_isReportedWithItsClass(
            String name, String key, String reason, String action, CapturedOutput output) throws IOException {
        adapters(PREFIX + name);
        assertStartFails(
                """
                exit-left:
                  stages:
                    files:
                      token-type: java.lang.String
                      source:
                        type: folder
                        folder:
                          path: x
                """, output, "exit-left.stages.files." + key, key.endsWith("type") ? "6:15" : "8:17", reason, action);
    }

    abstract static class Adapter<P> implements SourceAdapter<P> {

        private final String type;
        private final Class<P> propertiesType;

        @SuppressWarnings("unchecked")
        Adapter(String type, Class<?> propertiesType) {
            this.type = type;
            this.propertiesType = (Class<P>) propertiesType;
        }

        @Override
        public String type() {
            return this.type;
        }

        @Override
        public Class<P> propertiesType() {
            return this.propertiesType;
        }

        @Override
        public SourceDefinition define(P properties, SourceContext context) {
            return null;
        }
    }

    record Properties(String path) {}

    static final class Throwing extends Adapter<Properties> {
        Throwing() {
            super("throwing", Properties.class);
            throw new IllegalStateException("no licence");
        }
    }

    static final class Arguments extends Adapter<Properties> {
        Arguments(String type, int number) {
            super(type, Properties.class);
        }
    }

    static final class Impostor {}

    static final class Linking extends Adapter<Properties> {
        Linking() {
            super("linking", Properties.class);
        }

        @Override
        public Class<Properties> propertiesType() {
            throw new NoClassDefFoundError("com/example/Library");
        }
    }

    static final class Nameless extends Adapter<Properties> {
        Nameless() {
            super(null, Properties.class);
        }
    }

    static final class Upper extends Adapter<Properties> {
        Upper() {
            super("Folder", Properties.class);
        }
    }

    static final class TypeOfAll extends Adapter<Properties> {
        TypeOfAll() {
            super("type", Properties.class);
        }
    }

    static final class NoClass extends Adapter<Properties> {
        NoClass() {
            super("folder", null);
        }
    }

    static final class Interface extends Adapter<Runnable> {
        Interface() {
            super("folder", Runnable.class);
        }
    }

    static final class Number extends Adapter<Integer> {
        Number() {
            super("folder", int.class);
        }
    }

    static final class Udp extends Adapter<Properties> {
        Udp() {
            super("udp", Properties.class);
        }
    }

    static final class Undefined extends Adapter<Properties> {
        Undefined() {
            super("folder", Properties.class);
        }
    }

    static final class Stumbling extends Adapter<Properties> {
        Stumbling() {
            super("folder", Properties.class);
        }

        @Override
        public SourceDefinition define(Properties properties, SourceContext context) {
            throw new IndexOutOfBoundsException(7);
        }
    }

    static final class Demanding extends Adapter<Properties> {
        Demanding() {
            super("folder", Properties.class);
        }

        @Override
        public List<RequiredClass> requirements() {
            throw new IndexOutOfBoundsException(7);
        }
    }

    static final class Requiring extends Adapter<Properties> {
        Requiring() {
            super("requiring", Properties.class);
        }

        @Override
        public List<RequiredClass> requirements() {
            return null;
        }
    }

    static final class Unread extends Adapter<Properties> {
        Unread() {
            super("folder", Properties.class);
        }

        @Override
        public SourceDefinition define(Properties properties, SourceContext context) {
            return definition(() -> null);
        }
    }

    static final class Sourceless extends Adapter<Properties> {
        Sourceless() {
            super("folder", Properties.class);
        }

        @Override
        public SourceDefinition define(Properties properties, SourceContext context) {
            return definition(() -> OpenSource.owned(null, message -> message));
        }
    }

    private static SourceDefinition definition(Supplier<OpenSource> opening) {
        return new SourceDefinition() {
            @Override
            public Class<?> messageType() {
                return String.class;
            }

            @Override
            public OpenSource open(SourceBeans beans) {
                return opening.get();
            }
        };
    }

    static final class Unopened extends Adapter<Properties> {
        Unopened() {
            super("folder", Properties.class);
        }

        @Override
        public SourceDefinition define(Properties properties, SourceContext context) {
            return definition(() -> {
                throw new UncheckedIOException("no folder", new IOException("gone"));
            });
        }
    }

    record PickyProperties(String path) {
        PickyProperties {
            throw new IllegalArgumentException("'path' must be absolute, but is " + path);
        }
    }

    static final class Picky extends Adapter<PickyProperties> {
        Picky() {
            super("folder", PickyProperties.class);
        }
    }

    static final class AmbiguousProperties {

        AmbiguousProperties(String path) {}

        AmbiguousProperties(int path) {}
    }

    static final class Ambiguous extends Adapter<AmbiguousProperties> {
        Ambiguous() {
            super("folder", AmbiguousProperties.class);
        }
    }
}
