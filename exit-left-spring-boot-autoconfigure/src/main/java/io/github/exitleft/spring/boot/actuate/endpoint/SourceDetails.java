package io.github.exitleft.spring.boot.actuate.endpoint;

import io.github.exitleft.Stage;
import java.util.LinkedHashMap;
import java.util.Map;

/** The details of a stage's source in a form that every format has. */
final class SourceDetails {

    private SourceDetails() {}

    static Map<String, Object> of(Stage<?, ?> stage) {
        Map<String, Object> source = new LinkedHashMap<>();
        try {
            source.putAll(plain(stage.source()));
        } catch (RuntimeException e) {
            // the source may be the user's own
            source.put("error", e.toString());
        }
        return source;
    }

    /** Turns what has no form in every format into text. */
    private static Map<String, Object> plain(Map<?, ?> details) {
        Map<String, Object> plain = new LinkedHashMap<>();
        details.forEach((key, value) -> {
            boolean simple = value instanceof Number || value instanceof Boolean;
            Object shown = value instanceof Map<?, ?> parts ? plain(parts) : String.valueOf(value);
            plain.put(String.valueOf(key), simple ? value : shown);
        });
        return plain;
    }
}
