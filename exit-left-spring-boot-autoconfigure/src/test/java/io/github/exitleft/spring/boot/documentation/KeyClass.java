package io.github.exitleft.spring.boot.documentation;

import io.github.exitleft.spring.boot.documentation.DescribedKeys.Key;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.springframework.boot.configurationmetadata.ValueHint;

/**
 * Writes the class whose properties are the keys of a stage. A group of keys, such as {@code source.udp.token}, is a class in it.
 */
final class KeyClass {

    private static final String SOURCE_TYPE = "source.type";

    /** What stands at a place in the tree of keys: a key, or a group of them. */
    private static final class Node {

        private final Map<String, Node> children = new TreeMap<>();
        private Key key;
    }

    private final String packageName;
    private final String name;
    private final Node root = new Node();
    private final SortedSet<String> imports = new TreeSet<>();
    private final StringBuilder body = new StringBuilder();

    private KeyClass(String packageName, String name) {
        this.packageName = packageName;
        this.name = name;
    }

    /** Returns the text of a class. */
    static String of(String packageName, String name, List<Key> keys) {
        var type = new KeyClass(packageName, name);
        keys.forEach(type::add);
        type.append(0, "abstract class " + name + " {");
        type.appendMembers(1, "", type.root);
        type.append(0, "}");
        return type.head() + type.body;
    }

    private void add(Key key) {
        Node node = this.root;
        for (String part : key.name().split("\\.")) {
            node = node.children.computeIfAbsent(part, name -> new Node());
        }
        node.key = key;
    }

    private String head() {
        var head = new StringBuilder("package " + this.packageName + ";\n\n");
        this.imports.forEach(name -> head.append("import ").append(name).append(";\n"));
        return head + """

                /**
                 * The keys below {@code exit-left.stages.NAME}, as properties that editors complete.
                 *
                 * <p>An editor reads in the metadata that stages are of this class, and looks for its getters and setters. Nothing is bound to it, and
                 * there is no object of it. KeyCompletionIT writes it, from what the metadata says of each key, when {@code
                 * -Ddocumentation.write=true} is set.
                 */
                """;
    }

    private void appendMembers(int depth, String prefix, Node group) {
        group.children.forEach((part, node) -> {
            String type = node.key == null ? capitalized(part) : type(part, node.key);
            String comment = "/** " + description(prefix + part, node) + " */";
            this.body.append("\n");
            append(depth, comment);
            append(depth, "public abstract " + type + " get" + capitalized(part) + "();");
            this.body.append("\n");
            append(depth, comment);
            append(depth, "public abstract void set" + capitalized(part) + "(" + type + " value);");
        });
        group.children.forEach((part, node) -> {
            if (node.key == null) {
                this.body.append("\n");
                append(depth, "/** The keys below {@code " + prefix + part + "}. */");
                append(depth, "abstract static class " + capitalized(part) + " {");
                appendMembers(depth + 1, prefix + part + ".", node);
                append(depth, "}");
            } else if (!values(node.key).isEmpty()) {
                this.body.append("\n");
                append(depth, "/** The values of {@code " + prefix + part + "}. */");
                append(depth, "enum " + capitalized(part) + " {");
                appendConstants(depth + 1, values(node.key));
                append(depth, "}");
            }
        });
    }

    private void appendConstants(int depth, List<ValueHint> values) {
        for (int i = 0; i < values.size(); i++) {
            ValueHint value = values.get(i);
            this.body.append("\n");
            append(depth, "/** " + escaped(value.getDescription()) + " */");
            append(
                    depth,
                    value.getValue().toString().toUpperCase(Locale.ROOT).replace('-', '_')
                            + (i < values.size() - 1 ? "," : ""));
        }
    }

    private void append(int depth, String line) {
        this.body.append("    ".repeat(depth)).append(line).append("\n");
    }

    /** Returns the description of a key; of a group that of its type of source, or else its place. */
    private String description(String name, Node node) {
        if (node.key != null) {
            return escaped(node.key.property().getDescription());
        }
        return sourceTypes().stream()
                .filter(type -> name.equals("source." + type.getValue()))
                .map(type -> escaped(type.getDescription()))
                .findFirst()
                .orElse("The keys below {@code " + name + "}.");
    }

    private List<ValueHint> sourceTypes() {
        return values(this.root.children.get("source").children.get("type").key);
    }

    /** Returns the values that make an enum of a key: the types of sources, and enums that are not public. */
    private static List<ValueHint> values(Key key) {
        Class<?> type = enumType(key.property().getType());
        return key.name().equals(SOURCE_TYPE) || type != null && !isPublic(type)
                ? key.property().getHints().getValueHints()
                : List.of();
    }

    private static Class<?> enumType(String name) {
        try {
            Class<?> type = Class.forName(name);
            return type.isEnum() ? type : null;
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    private static boolean isPublic(Class<?> type) {
        return Modifier.isPublic(type.getModifiers())
                && (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
    }

    /** Returns a key's type as it is written, and imports what it needs. What editors know nothing of is a text. */
    private String type(String part, Key key) {
        if (!values(key).isEmpty()) {
            return capitalized(part);
        }
        String type = key.property().getType();
        if (!type.startsWith("java.") && !type.startsWith("org.springframework.") && enumType(type) == null) {
            return "String";
        }
        var written = new ArrayList<String>();
        for (String name : type.split("[<>,]")) {
            written.add(name.equals("?") ? name : imported(name));
        }
        return written.size() == 1 ? written.get(0) : written.get(0) + "<" + written.get(1) + ">";
    }

    /** Returns a class's name as it is written after an import: that of a member begins with its outermost class. */
    private String imported(String binaryName) {
        String outermost = binaryName.replaceFirst("\\$.*", "");
        if (!outermost.startsWith("java.lang.")) {
            this.imports.add(outermost);
        }
        return binaryName.substring(outermost.lastIndexOf('.') + 1).replace('$', '.');
    }

    private static String capitalized(String part) {
        return Stream.of(part.split("-"))
                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .reduce("", String::concat);
    }

    private static String escaped(String description) {
        return description
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("@", "&#64;")
                .replace("\\", "&#92;");
    }
}
