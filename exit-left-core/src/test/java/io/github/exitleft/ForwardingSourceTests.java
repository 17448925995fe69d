package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What wraps a source answers for all of it: a method that is not passed on would silently have the default's answer. */
@SuppressWarnings("try") // closing a source may throw anything
class ForwardingSourceTests {

    private final List<Method> called = new ArrayList<>();

    /** What the source answers, by the type that is asked for; none is what a default returns. */
    private final Map<Class<?>, Object> answers = Map.of(
            boolean.class,
            true,
            long.class,
            5L,
            Keeper.class,
            Keeper.ALWAYS,
            Throwable.class,
            new IllegalStateException("an answer"),
            String.class,
            "a type",
            Map.class,
            Map.of("a", 1),
            Carriers.class,
            new Carriers(),
            Object.class,
            "an object");

    static Stream<Method> methodsOfASource() {
        return Stream.of(Source.class.getMethods()).filter(method -> !Modifier.isStatic(method.getModifiers()));
    }

    @ParameterizedTest
    @MethodSource("methodsOfASource")
    void m10_methodOfAForwardingSource_isPassedOn(Method method) throws Exception {
        Object source =
                Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Source.class}, (p, m, a) -> {
                    called.add(m);
                    return answers.get(m.getReturnType());
                });
        @SuppressWarnings("unchecked")
        var forwarding = new ForwardingSource<Object>((Source<Object>) source) {};
        Map<Class<?>, Object> values = Map.of(
                Duration.class,
                Duration.ofSeconds(1),
                BooleanSupplier.class,
                (BooleanSupplier) () -> true,
                long.class,
                7L,
                Carriers.Carrier.class,
                new Carriers().add(),
                String.class,
                "why");
        Object[] arguments = Stream.of(method.getParameterTypes())
                .map(type -> values.getOrDefault(type, "a message"))
                .toArray();

        Object answer = method.invoke(forwarding, arguments);

        assertThat(called).containsExactly(method);
        assertThat(answer).isEqualTo(answers.get(method.getReturnType()));
    }
}
