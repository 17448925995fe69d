package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/** How foreign objects look in messages: what they say of themselves, unless their own code throws. */
final class Texts {

    private Texts() {}

    /** A token or a cause. */
    static String of(@Nullable Object object) {
        try {
            return String.valueOf(object);
        } catch (Throwable e) { // a message must not hide what it is about
            return object == null ? "null" : object.getClass().getName();
        }
    }

    /** A thread: virtual ones mostly have no name, so they go by their number. */
    @SuppressWarnings("deprecation") // threadId() came with 19
    static String of(Thread thread) {
        String name = thread.getName();
        return name.isEmpty() ? "#" + thread.getId() : name;
    }
}
