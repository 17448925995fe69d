/**
 * A way for many threads to share one resource that only one thread may read.
 *
 * <p>{@code io.github.exitleft} has the stage of messages and the primitive beneath it, {@code io.github.exitleft.udp} a source of
 * datagrams, and {@code io.github.exitleft.tcp} a source of frames over a TCP connection.
 */
@SuppressWarnings("module") // the one to which a package is exported is built after this one
module io.github.exitleft {
    requires static transitive org.jspecify;

    // may be absent when the program runs, and is then done without
    requires static jdk.jfr;

    exports io.github.exitleft;
    exports io.github.exitleft.tcp;
    exports io.github.exitleft.udp;
    exports io.github.exitleft.internal to
            io.github.exitleft.test;
}
