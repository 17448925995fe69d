package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/** Texts for foreign objects in messages: what they say of themselves, unless their own code throws. */
final class Texts {

    private Texts() {}

    /** Returns the text for a token or a cause. */
    static String of(@Nullable Object object) {
        try {
            return String.valueOf(object);
        } catch (Throwable e) { // a message must not hide what it is about
            return object == null ? "null" : object.getClass().getName();
        }
    }

    /** Returns the message of an exception; null if it has none, or its own code throws. */
    static @Nullable String messageOf(Throwable thrown) {
        try {
            return thrown.getMessage();
        } catch (Throwable e) { // the code of a class that is not ours
            return null;
        }
    }

    /** Returns the text for a thread: its name, or its number, since virtual threads mostly have no name. */
    @SuppressWarnings("deprecation") // threadId() came with 19
    static String of(Thread thread) {
        String name = thread.getName();
        return name.isEmpty() ? "#" + thread.getId() : name;
    }
}
