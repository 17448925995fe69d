package io.github.exitleft.benchmarks;

import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.Framing;
import io.github.exitleft.tcp.TcpSender;
import io.github.exitleft.tcp.TcpSource;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A thread that does nothing but read, and a map of futures, over the stage's own source and sender: what is left of
 * the difference is the stage.
 */
final class TcpSourceReader implements Contender {

    private final TcpSource source;
    private final TcpSender sender;
    private final ConcurrentHashMap<Long, CompletableFuture<Frame>> pending = new ConcurrentHashMap<>();
    private final Thread reader = new Thread(this::run, "reader");
    private volatile boolean closed;

    private TcpSourceReader(InetSocketAddress peer) {
        this.source = TcpSource.builder()
                .remote(peer)
                .framing(Framing.lengthField(0, TcpWire.LENGTH_SIZE))
                .open();
        this.sender = source.backdoor();
        reader.setDaemon(true);
    }

    /** Lets callers wait without a limit. */
    static Contender untimed(InetSocketAddress peer) {
        var contender = new TcpSourceReader(peer);
        contender.reader.start();
        return contender;
    }

    private void run() {
        var rest = Duration.ofSeconds(Caller.TIMEOUT_SECONDS);
        try {
            while (!closed) {
                Frame frame = source.receive(rest);
                if (frame != null) {
                    CompletableFuture<Frame> future = pending.remove(frame.getLong(TcpWire.LENGTH_SIZE));
                    if (future != null) {
                        future.complete(frame);
                    }
                }
            }
        } catch (Exception e) {
            pending.values().forEach(future -> future.completeExceptionally(e));
        }
    }

    @Override
    public Caller caller() {
        return TcpWire.framing(this::exchange);
    }

    private long exchange(long id, ByteBuffer frame) throws Exception {
        Long token = id;
        var future = new CompletableFuture<Frame>();
        if (pending.putIfAbsent(token, future) != null) {
            throw new IllegalStateException("token " + token + " is taken");
        }
        sender.send(frame);
        return future.get().getLong(TcpWire.LENGTH_SIZE + Wire.ANSWER_AT);
    }

    @Override
    public void close() {
        closed = true;
        source.close();
        pending.values().forEach(future -> future.cancel(false));
    }
}
