package io.github.exitleft.udp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;

/**
 * A UDP peer that drops, delays, duplicates, reorders, truncates and oversizes its answers, forges ids, sends from strange
 * ports, and floods.
 */
final class PeerFromHell implements Callable<Void>, AutoCloseable {

    /** What the stage takes for the largest datagram. */
    static final int LARGEST = 64;

    /** What a true answer takes: token, nonce, verdict. */
    static final int WHOLE = 17;

    private static final byte TRUE = 'T';

    /** Something to be sent later. */
    private record Delayed(long due, byte[] payload) {}

    private final InetSocketAddress victim;
    private final SplittableRandom random;
    private final DatagramChannel port = open();
    private final List<DatagramChannel> strangers = List.of(open(), open(), open());
    private final Selector selector = Selector.open();
    private final PriorityQueue<Delayed> delayed = new PriorityQueue<>(Comparator.comparingLong(Delayed::due));
    private final List<byte[]> lastAnswers = new ArrayList<>();
    private volatile long sent; // by the peer's thread only
    private volatile long requests;
    private volatile boolean stopped;

    PeerFromHell(InetSocketAddress victim, SplittableRandom random) throws IOException {
        this.victim = victim;
        this.random = random;
        port.register(selector, SelectionKey.OP_READ);
    }

    private static DatagramChannel open() throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        channel.configureBlocking(false);
        channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return channel;
    }

    InetSocketAddress address() throws IOException {
        return (InetSocketAddress) port.getLocalAddress();
    }

    long sent() {
        return sent;
    }

    long requests() {
        return requests;
    }

    static byte[] request(long token, long nonce) {
        return ByteBuffer.allocate(16).putLong(token).putLong(nonce).array();
    }

    private static byte[] answer(long token, long nonce, byte verdict) {
        return ByteBuffer.allocate(WHOLE)
                .putLong(token)
                .putLong(~nonce)
                .put(verdict)
                .array();
    }

    static boolean isWhole(Datagram datagram) {
        return datagram.length() == WHOLE && datagram.payload().get(WHOLE - 1) == TRUE;
    }

    static boolean answers(Datagram datagram, long token, long nonce) {
        ByteBuffer payload = datagram.payload();
        return payload.getLong() == token && payload.getLong() == ~nonce;
    }

    void stop() {
        stopped = true;
        selector.wakeup();
    }

    @Override
    public Void call() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(64);
        while (!stopped) {
            selector.select(key -> {}, 1);
            for (int i = 0; i < 64; i++) {
                buffer.clear();
                if (port.receive(buffer) == null) {
                    break;
                }
                buffer.flip();
                requests++;
                torment(buffer.getLong(), buffer.getLong());
            }
            long now = System.nanoTime();
            while (!delayed.isEmpty() && delayed.peek().due - now <= 0) {
                send(port, delayed.poll().payload);
            }
        }
        return null;
    }

    private void torment(long token, long nonce) throws IOException {
        byte[] answer = answer(token, nonce, TRUE);
        switch (random.nextInt(20)) {
            case 0, 1 -> {} // drop
            case 2, 3 -> delay(answer);
            case 4, 5 -> { // duplicate
                for (int copies = 2 + random.nextInt(4); copies > 0; copies--) {
                    send(port, answer);
                }
            }
            case 6 -> { // reorder
                delay(answer);
                repeatOld();
            }
            case 7 -> send(port, cut(answer, random.nextInt(8))); // not even a token
            case 8 -> {
                send(port, cut(answer, 8 + random.nextInt(9))); // a token and not much more
                send(port, answer);
            }
            case 9 -> {
                send(port, Arrays.copyOf(answer, LARGEST + 1 + random.nextInt(1_000)));
                send(port, answer);
            }
            case 10 -> {
                forge(port, random.nextLong() | Long.MIN_VALUE, 1 + random.nextInt(8));
                send(port, answer);
            }
            case 11, 12 -> { // strangers are faster, and lie
                forge(stranger(), token, 1 + random.nextInt(3));
                send(port, answer);
            }
            case 13 -> {
                send(port, answer(token, ~nonce, (byte) 'F')); // from the right port, and false
                send(port, answer);
            }
            case 14 -> {
                if (random.nextInt(8) == 0) {
                    flood(token);
                }
                send(port, answer);
            }
            default -> send(port, answer);
        }
        remember(answer);
    }

    private void delay(byte[] payload) {
        delayed.add(new Delayed(System.nanoTime() + random.nextLong(20_000_000), payload));
    }

    private void remember(byte[] answer) {
        if (lastAnswers.size() < 64) {
            lastAnswers.add(answer);
        } else {
            lastAnswers.set(random.nextInt(64), answer);
        }
    }

    private void repeatOld() throws IOException {
        for (int i = 0; i < lastAnswers.size(); i += 8) {
            send(port, lastAnswers.get(i));
        }
    }

    private DatagramChannel stranger() {
        return strangers.get(random.nextInt(strangers.size()));
    }

    private void forge(DatagramChannel from, long token, int copies) throws IOException {
        for (int i = 0; i < copies; i++) {
            send(from, answer(token, random.nextLong(), TRUE));
        }
    }

    private void flood(long token) throws IOException {
        for (int i = 50 + random.nextInt(1_000); i > 0; i--) {
            switch (random.nextInt(4)) {
                case 0 -> forge(stranger(), token, 1);
                case 1 -> send(stranger(), new byte[random.nextInt(8)]);
                default -> forge(stranger(), random.nextLong() | Long.MIN_VALUE, 1);
            }
        }
    }

    private static byte[] cut(byte[] payload, int length) {
        return Arrays.copyOf(payload, length);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void send(DatagramChannel from, byte[] payload) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(payload);
        if (from.send(buffer, victim) == payload.length) {
            sent++;
        }
    }

    @Override
    public void close() throws IOException {
        selector.close();
        port.close();
        for (DatagramChannel stranger : strangers) {
            stranger.close();
        }
    }
}
