package io.github.exitleft.benchmarks;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.expression.FunctionExpression;
import org.springframework.integration.ip.IpHeaders;
import org.springframework.integration.ip.udp.inbound.UnicastReceivingChannelAdapter;
import org.springframework.integration.ip.udp.outbound.UnicastSendingMessageHandler;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.GenericMessage;

/**
 * Spring Integration's UDP adapters over one socket, and a map of futures.
 *
 * <p>The receiving adapter handles what it receives on its own thread and not, as it does by default, on one of a pool,
 * which would cost one more hand-over.
 */
final class SpringIntegrationContender implements Contender {

    @EnableIntegration
    static class Configuration {}

    private final ConcurrentHashMap<Long, CompletableFuture<Message>> pending = new ConcurrentHashMap<>();
    private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    private final AnnotationConfigApplicationContext context =
            new AnnotationConfigApplicationContext(Configuration.class);
    private final UnicastReceivingChannelAdapter receiver = new UnicastReceivingChannelAdapter(0);
    private final UnicastSendingMessageHandler sender;

    SpringIntegrationContender(InetSocketAddress peer) throws IOException {
        socket.setReceiveBufferSize(Channels.RECEIVE_BUFFER_SIZE);
        receiver.setSocket(socket);
        receiver.setLookupHost(false);
        receiver.setTaskExecutor(onOneThread());
        receiver.setOutputChannel((MessageChannel) this::received);
        initialise(receiver);
        receiver.start();
        sender = new UnicastSendingMessageHandler(peer.getHostString(), peer.getPort());
        sender.setSocketExpression(new FunctionExpression<>(message -> socket));
        initialise(sender);
        sender.start();
    }

    private void initialise(Object adapter) {
        context.getAutowireCapableBeanFactory()
                .initializeBean(adapter, adapter.getClass().getSimpleName());
    }

    private static Executor onOneThread() {
        var reader = new ThreadLocal<Boolean>();
        return task -> {
            if (reader.get() != null) {
                task.run();
                return;
            }
            var thread = new Thread(
                    () -> {
                        reader.set(true);
                        task.run();
                    },
                    "udp-adapter");
            thread.setDaemon(true);
            thread.start();
        };
    }

    private boolean received(org.springframework.messaging.Message<?> received, long timeout) {
        var from = (InetSocketAddress) received.getHeaders().get(IpHeaders.PACKET_ADDRESS);
        if (from != null && received.getPayload() instanceof byte[] bytes) {
            var message = new Message(from, bytes);
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
        socket.close();
        receiver.stop();
        sender.stop();
        context.close();
    }
}
