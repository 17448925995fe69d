package io.github.exitleft.benchmarks;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Netty's socket channel on one event loop, its frame decoder, and a map of promises. */
final class TcpNettyContender implements Contender {

    private final class Receiver extends SimpleChannelInboundHandler<ByteBuf> {

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
            byte[] bytes = new byte[frame.readableBytes()];
            frame.readBytes(bytes);
            var message = new Message(peer, bytes);
            Promise<Message> promise = pending.remove(message.token());
            if (promise != null) {
                promise.trySuccess(message);
            }
        }
    }

    private static final int MOST_FLUSHES = 256;

    private final InetSocketAddress peer;
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ConcurrentHashMap<Long, Promise<Message>> pending = new ConcurrentHashMap<>();
    private final Channel channel;

    private TcpNettyContender(InetSocketAddress peer, boolean consolidating) {
        this.peer = peer;
        this.channel = new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel made) {
                        if (consolidating) {
                            made.pipeline().addLast(new FlushConsolidationHandler(MOST_FLUSHES, true));
                        }
                        made.pipeline()
                                .addLast(new LengthFieldBasedFrameDecoder(
                                        1 << 16, 0, TcpWire.LENGTH_SIZE, 0, TcpWire.LENGTH_SIZE))
                                .addLast(new Receiver());
                    }
                })
                .connect(peer)
                .syncUninterruptibly()
                .channel();
    }

    /** Flushes each frame when it is written. */
    static Contender flushing(InetSocketAddress peer) {
        return new TcpNettyContender(peer, false);
    }

    /** Flushes frames together by the handler that Netty has for that. */
    static Contender consolidating(InetSocketAddress peer) {
        return new TcpNettyContender(peer, true);
    }

    @Override
    public Caller caller() {
        return TcpWire.framing(this::exchange);
    }

    private long exchange(long id, ByteBuffer frame) throws Exception {
        Long token = id;
        Promise<Message> promise = channel.eventLoop().newPromise();
        if (pending.putIfAbsent(token, promise) != null) {
            throw new IllegalStateException("token " + token + " is taken");
        }
        ByteBuf content = channel.alloc().ioBuffer(TcpWire.SIZE).writeBytes(frame);
        ChannelFuture unused = channel.writeAndFlush(content, channel.voidPromise());
        try {
            return promise.get(Caller.TIMEOUT_SECONDS, TimeUnit.SECONDS).answer();
        } catch (TimeoutException e) {
            pending.remove(token, promise);
            throw e;
        }
    }

    @Override
    public void close() {
        if (group.isShuttingDown()) {
            return;
        }
        channel.close().syncUninterruptibly();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
