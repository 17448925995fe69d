package io.github.exitleft.bare;

/** What a thread is called in messages and snapshots: virtual ones mostly have no name, so they go by their number. */
final class ThreadNames {

    private ThreadNames() {}

    @SuppressWarnings("deprecation") // threadId() came with 19
    static String of(Thread thread) {
        String name = thread.getName();
        return name.isEmpty() ? "#" + thread.getId() : name;
    }
}
