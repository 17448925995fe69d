package io.github.exitleft.spring.boot.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.spring.boot.actuate.endpoint.StagesEndpoint.StageDescriptor;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The fields that the documentation explains are those of the endpoint (B4). */
class EndpointTests {

    @Test
    void table_listsTheFieldsInTheirOrder() throws IOException {
        List<String> fields = new ArrayList<>();
        add(fields, "", StageDescriptor.class);

        assertThat(Documentation.firstColumn("docs/operations.md", "fields")).isEqualTo(fields);
    }

    private static void add(List<String> fields, String prefix, Class<?> type) {
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix + component.getName();
            Type element =
                    component.getGenericType() instanceof ParameterizedType list && component.getType() == List.class
                            ? list.getActualTypeArguments()[0]
                            : component.getType();
            fields.add(name);
            if (element instanceof Class<?> nested && nested.isRecord()) {
                add(fields, name + ".", nested);
            }
        }
    }
}
