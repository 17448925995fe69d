package io.github.exitleft.benchmarks;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Netty's datagram channel on one event loop, and a map of promises. */
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

    private final InetSocketAddress peer;
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ConcurrentHashMap<Long, Promise<Message>> pending = new ConcurrentHashMap<>();
    private final Channel channel;

    NettyContender(InetSocketAddress peer) {
        this.peer = peer;
        this.channel = new Bootstrap()
                .group(group)
                .channel(NioDatagramChannel.class)
                .option(ChannelOption.SO_RCVBUF, Channels.RECEIVE_BUFFER_SIZE)
                .handler(new Receiver())
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
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
