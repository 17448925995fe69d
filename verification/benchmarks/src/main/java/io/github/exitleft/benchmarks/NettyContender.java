package io.github.exitleft.benchmarks;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A datagram channel of Netty on one event loop, over the JDK's channels or Netty's own, and a map of promises. */
final class NettyContender implements Contender {

    private final class Receiver extends SimpleChannelInboundHandler<DatagramPacket> {

        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            byte[] bytes = new byte[packet.content().readableBytes()];
            packet.content().readBytes(bytes);
            var message = new Message(packet.sender(), bytes);
            Promise<Message> promise = pending.remove(message.token());
            if (promise != null) {
                promise.trySuccess(message);
            }
        }
    }

    /** The longest datagram that the native transport expects; longer than any here. */
    private static final int LONGEST = 2 * Wire.SIZE;

    /** How many datagrams the native transport reads at once. */
    private static final int AT_ONCE = 16;

    private final InetSocketAddress peer;
    private final EventLoopGroup group;
    private final ConcurrentHashMap<Long, Promise<Message>> pending = new ConcurrentHashMap<>();
    private final Channel channel;

    private NettyContender(
            InetSocketAddress peer,
            IoHandlerFactory factory,
            Class<? extends Channel> type,
            Map<ChannelOption<?>, Object> options) {
        this.peer = peer;
        this.group = new MultiThreadIoEventLoopGroup(1, factory);
        var bootstrap = new Bootstrap().group(group).channel(type).handler(new Receiver());
        options.forEach((option, value) -> set(bootstrap, option, value));
        this.channel = bootstrap
                .option(ChannelOption.SO_RCVBUF, Channels.RECEIVE_BUFFER_SIZE)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    @SuppressWarnings("unchecked")
    private static <T> void set(Bootstrap bootstrap, ChannelOption<T> option, Object value) {
        bootstrap.option(option, (T) value);
    }

    /** Uses the JDK's channels and selectors. */
    static Contender nio(InetSocketAddress peer) {
        return new NettyContender(peer, NioIoHandler.newFactory(), NioDatagramChannel.class, Map.of());
    }

    /** Returns whether {@link #epoll} can be had, which takes the native library; see this module's README. */
    static boolean hasEpoll() {
        return Epoll.isAvailable();
    }

    /** Uses the native transport, which reads several datagrams by one call of the system. */
    static Contender epoll(InetSocketAddress peer) {
        return new NettyContender(
                peer,
                EpollIoHandler.newFactory(),
                EpollDatagramChannel.class,
                Map.of(
                        EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE,
                        LONGEST,
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new FixedRecvByteBufAllocator(LONGEST * AT_ONCE)));
    }

    @Override
    public Caller caller() {
        return this::exchange;
    }

    private long exchange(long id, ByteBuffer request) throws Exception {
        Long token = id;
        Promise<Message> promise = channel.eventLoop().newPromise();
        if (pending.putIfAbsent(token, promise) != null) {
            throw new IllegalStateException("token " + token + " is taken");
        }
        ByteBuf content = channel.alloc().ioBuffer(Wire.SIZE).writeBytes(request);
        ChannelFuture unused = channel.writeAndFlush(new DatagramPacket(content, peer), channel.voidPromise());
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
