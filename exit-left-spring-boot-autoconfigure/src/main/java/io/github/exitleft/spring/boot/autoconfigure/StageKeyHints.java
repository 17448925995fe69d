package io.github.exitleft.spring.boot.autoconfigure;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/** Finds the keys that an unknown key may have been meant for: it is misspelt, wrongly indented, or in a list instead of names. */
final class StageKeyHints {

    private static final String STAGES = "stages";

    /** The most keys that a hint names. */
    private static final int MOST = 3;

    private final KnownKeys known;

    StageKeyHints(KnownKeys known) {
        this.known = known;
    }

    /** Says whether a key stands in a list, where only names have keys. */
    static boolean isInList(ConfigurationPropertyName name) {
        return IntStream.range(0, name.getNumberOfElements()).anyMatch(name::isNumericIndex);
    }

    /** Returns a question that names the keys that an unknown one resembles; null if it resembles none. */
    @Nullable
    String didYouMean(ConfigurationPropertyName unknown) {
        List<String> keys = candidates(unknown);
        return keys.isEmpty() ? null : "did you mean " + String.join(" or ", keys) + "?";
    }

    /** Returns the keys of a stage that are in the same group as those that an unknown one resembles; none if it resembles none. */
    List<String> besideWhatIsMeant(ConfigurationPropertyName unknown) {
        List<String> groups =
                candidates(unknown).stream().map(this::groupOf).distinct().toList();
        return this.known.all().stream()
                .filter(key -> groups.contains(key.substring(0, key.lastIndexOf('.') + 1)))
                .toList();
    }

    /** Returns what a key of a stage has before its last part, with the dot; the stage's name may have dots too. */
    private String groupOf(String full) {
        String key = this.known.all().stream()
                .filter(each -> full.endsWith("." + each))
                .max(Comparator.comparingInt(String::length))
                .orElse("");
        return key.substring(0, key.lastIndexOf('.') + 1);
    }

    private List<String> candidates(ConfigurationPropertyName unknown) {
        return candidates(IntStream.range(1, unknown.getNumberOfElements())
                .mapToObj(element -> unknown.getElement(element, Form.DASHED))
                .toList());
    }

    private List<String> candidates(List<String> elements) {
        if (distance(elements.get(0), STAGES) <= 2) {
            if (elements.size() < 3) {
                return List.of();
            }
            String stage = elements.get(1);
            String suffix = join(elements, 2);
            boolean typo = !elements.get(0).equals(STAGES);
            List<String> found = typo && this.known.all().contains(suffix)
                    ? List.of(suffix)
                    : this.known.isKeyOrGroup(stage) ? List.of() : similar(suffix);
            if (!found.isEmpty()) {
                return found.stream().map(key -> full(stage, key)).toList();
            }
            // a key of a stage stands where the names of stages belong
            return this.known.isKeyOrGroup(stage)
                    ? similar(join(elements, 1)).stream()
                            .map(key -> full("<name>", key))
                            .toList()
                    : List.of();
        }
        // 'stages' is missing
        return elements.size() < 2
                ? List.of()
                : similar(join(elements, 1)).stream()
                        .map(key -> full(elements.get(0), key))
                        .toList();
    }

    private static String full(String stage, String key) {
        return ExitLeftProperties.PREFIX + "." + STAGES + "." + stage + "." + key;
    }

    private static String join(List<String> elements, int from) {
        return String.join(".", elements.subList(from, elements.size()));
    }

    private List<String> similar(String suffix) {
        List<String> keys = this.known.all();
        if (keys.contains(suffix)) {
            return List.of(suffix);
        }
        // indented too little, or too much
        List<String> misplaced = keys.stream()
                .filter(key -> key.endsWith("." + suffix) || suffix.endsWith("." + key))
                .limit(MOST)
                .toList();
        if (!misplaced.isEmpty()) {
            return misplaced;
        }
        String last = suffix.substring(suffix.lastIndexOf('.') + 1);
        int allowed = Math.max(2, last.length() / 3);
        return keys.stream()
                .filter(key -> typo(key, suffix, last) <= allowed)
                .min(Comparator.comparingInt(key -> typo(key, suffix, last)))
                .stream()
                .toList();
    }

    /** Returns the distance of a key from another as a whole, or of its last part if that is misspelt and misplaced. */
    private static int typo(String key, String suffix, String last) {
        int whole = distance(key, suffix);
        return Math.min(whole, 1 + distance(key.substring(key.lastIndexOf('.') + 1), last));
    }

    /** Returns the distance of Damerau and Levenshtein: insertions, deletions, replacements, and swaps of neighbours. */
    private static int distance(String one, String other) {
        int[][] distances = new int[one.length() + 1][other.length() + 1];
        Arrays.setAll(distances[0], j -> j);
        for (int i = 1; i <= one.length(); i++) {
            distances[i][0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1;
                int least = Math.min(
                        distances[i - 1][j - 1] + replaced, 1 + Math.min(distances[i - 1][j], distances[i][j - 1]));
                boolean swapped = i > 1
                        && j > 1
                        && one.charAt(i - 1) == other.charAt(j - 2)
                        && one.charAt(i - 2) == other.charAt(j - 1);
                distances[i][j] = swapped ? Math.min(least, distances[i - 2][j - 2] + 1) : least;
            }
        }
        return distances[one.length()][other.length()];
    }
}
