package io.github.exitleft;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That the objects which are made for each call do not grow unnoticed; counted by their fields, so that no virtual machine matters. */
class CallSizeTests {

    private static final int HEADER = 12;

    private static final Map<Class<?>, Integer> SIZES =
            Map.of(boolean.class, 1, byte.class, 1, int.class, 4, long.class, 8);

    /** Of a compressed reference. */
    private static final int REFERENCE = 4;

    @Test
    void callAndTicket_takeNoMoreBytesThanTheyNeed() {
        assertThat(bytesOf(Call.class)).as("%s", fieldsOf(Call.class)).isLessThanOrEqualTo(72);
        assertThat(bytesOf(Ticket.class)).as("%s", fieldsOf(Ticket.class)).isLessThanOrEqualTo(88);
    }

    @Test
    void registration_takesAtMost72Bytes() {
        assertThat(bytesOf(BareTicket.class))
                .as("%s", fieldsOf(BareTicket.class))
                .isLessThanOrEqualTo(72);
    }

    private static int bytesOf(Class<?> type) {
        return HEADER
                + fieldsOf(type).stream()
                        .mapToInt(field -> SIZES.getOrDefault(field.getType(), REFERENCE))
                        .sum();
    }

    private static List<Field> fieldsOf(Class<?> type) {
        return Stream.<Class<?>>iterate(type, each -> each != Object.class, Class::getSuperclass)
                .flatMap(each -> Arrays.stream(each.getDeclaredFields()))
                .filter(field -> !Modifier.isStatic(field.getModifiers()))
                .toList();
    }
}
