package io.github.exitleft.benchmarks;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.integration.ip.tcp.connection.TcpNetClientConnectionFactory;
import org.springframework.integration.ip.tcp.inbound.TcpReceivingChannelAdapter;
import org.springframework.integration.ip.tcp.outbound.TcpSendingMessageHandler;
import org.springframework.integration.ip.tcp.serializer.ByteArrayLengthHeaderSerializer;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.GenericMessage;

/**
 * Spring Integration's collaborating TCP adapters over one connection, and a map of futures, since its gateway lets one
 * request at a time use a shared connection.
 *
 * <p>The connection blocks, and its reading thread handles what it has read.
 */
final class TcpIntegrationContender implements Contender {

    private final InetSocketAddress peer;
    private final ConcurrentHashMap<Long, CompletableFuture<Message>> pending = new ConcurrentHashMap<>();
    private final AnnotationConfigApplicationContext context =
            new AnnotationConfigApplicationContext(SpringIntegrationContender.Configuration.class);
    private final TcpNetClientConnectionFactory connections;
    private final TcpReceivingChannelAdapter receiver = new TcpReceivingChannelAdapter();
    private final TcpSendingMessageHandler sender = new TcpSendingMessageHandler();

    TcpIntegrationContender(InetSocketAddress peer) {
        this.peer = peer;
        this.connections = new TcpNetClientConnectionFactory(peer.getHostString(), peer.getPort());
        var serializer = new ByteArrayLengthHeaderSerializer(TcpWire.LENGTH_SIZE);
        connections.setSerializer(serializer);
        connections.setDeserializer(serializer);
        connections.setSoTcpNoDelay(true);
        receiver.setConnectionFactory(connections);
        receiver.setOutputChannel((MessageChannel) this::received);
        sender.setConnectionFactory(connections);
        initialise(connections);
        initialise(receiver);
        initialise(sender);
        receiver.start();
        sender.start();
    }

    private void initialise(Object bean) {
        context.getAutowireCapableBeanFactory()
                .initializeBean(bean, bean.getClass().getSimpleName());
    }

    private boolean received(org.springframework.messaging.Message<?> received, long timeout) {
        if (received.getPayload() instanceof byte[] bytes) {
            var message = new Message(peer, bytes);
            CompletableFuture<Message> future = pending.remove(message.token());
            if (future != null) {
                future.complete(message);
            }
        }
        return true;
    }

    @Override
    public Caller caller() {
        return this::exchange;
    }

    private long exchange(long id, ByteBuffer request) throws Exception {
        Long token = id;
        var future = new CompletableFuture<Message>();
        if (pending.putIfAbsent(token, future) != null) {
            throw new IllegalStateException("token " + token + " is taken");
        }
        byte[] bytes = new byte[request.remaining()];
        request.get(bytes);
        sender.handleMessage(new GenericMessage<>(bytes));
        try {
            return future.get(Caller.TIMEOUT_SECONDS, TimeUnit.SECONDS).answer();
        } catch (TimeoutException e) {
            pending.remove(token, future);
            throw e;
        }
    }

    @Override
    public void close() {
        receiver.stop();
        sender.stop();
        connections.stop();
        context.close();
    }
}
