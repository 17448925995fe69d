package io.github.exitleft.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The other side, in a process of its own: answers datagrams in another order than they came in.
 *
 * <p>It keeps back as many requests as it is told to, as a slow server would, so that thousands of callers wait while
 * only some hundred datagrams are under way and no system buffer overflows. A lone caller is answered by a bare
 * blocking loop.
 */
final class Peer {

    /** The length of a datagram that tells the peer how many callers there are; echoed when understood. */
    static final int CONTROL_SIZE = Integer.BYTES;

    /**
     * How many requests may be under way unless told otherwise; the peer keeps the others back.
     *
     * <p>So many that two processors have little idle time left with 10,000 virtual callers, and more bring no more; and so few that
     * they fit the receive buffer of a Linux that is set up as it comes (554 such datagrams) on either side.
     */
    static final int UNDER_WAY = 512;

    private static final int SHUFFLED = 64;

    private final SplittableRandom random = new SplittableRandom(4);
    private final DatagramChannel channel;
    private final double loss;
    private final double confusion;
    private final int underWay;
    private final ByteBuffer in = ByteBuffer.allocateDirect(Wire.SIZE + 1);
    private final ByteBuffer out = ByteBuffer.allocateDirect(Wire.SIZE);

    // a ring of requests not yet answered
    private final SocketAddress[] senders = new SocketAddress[1 << 15];
    private final long[] tokens = new long[senders.length];
    private int first;
    private int held;

    private int callers = 1;

    private Peer(DatagramChannel channel, double loss, double confusion, int underWay) {
        this.channel = channel;
        this.loss = loss;
        this.confusion = confusion;
        this.underWay = underWay;
    }

    /**
     * Runs a peer until its standard input ends. Arguments: the shares of answers to lose and to get wrong, and how many requests may
     * be under way.
     */
    public static void main(String[] arguments) throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, 1 << 20);
        channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        System.out.println(((InetSocketAddress) channel.getLocalAddress()).getPort());
        PeerProcess.endWithInput(() -> {});
        new Peer(
                        channel,
                        Double.parseDouble(arguments[0]),
                        Double.parseDouble(arguments[1]),
                        Integer.parseInt(arguments[2]))
                .run();
    }

    private void run() throws IOException {
        while (true) {
            if (callers == 1) {
                answerOne();
            } else {
                answerMany();
            }
        }
    }

    private void answerOne() throws IOException {
        channel.configureBlocking(true);
        while (callers == 1) {
            SocketAddress sender = read();
            if (sender != null) {
                answer(sender, in.getLong(0));
            }
        }
    }

    private void answerMany() throws IOException {
        channel.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            channel.register(selector, SelectionKey.OP_READ);
            while (callers != 1) {
                int read = readAll();
                int due = held - Math.max(0, callers - underWay);
                for (int i = 0; i < due && i < SHUFFLED; i++) {
                    answerAny();
                }
                if (read == 0 && due <= 0) {
                    selector.select(key -> {}, 1_000);
                }
            }
            while (held > 0) {
                answerAny();
            }
        }
    }

    private int readAll() throws IOException {
        int read = 0;
        while (read < SHUFFLED && held < senders.length) {
            SocketAddress sender = read();
            if (sender == null) {
                break;
            }
            int last = first + held++ & senders.length - 1;
            senders[last] = sender;
            tokens[last] = in.getLong(0);
            read++;
        }
        return read;
    }

    /** Returns the next request's sender; null if there is none now, or the request was for the peer itself. */
    private @Nullable SocketAddress read() throws IOException {
        while (true) {
            in.clear();
            SocketAddress sender = channel.receive(in);
            if (sender == null || in.position() == Wire.SIZE) {
                return sender;
            }
            if (in.position() == CONTROL_SIZE) {
                callers = in.getInt(0);
                channel.send(in.flip(), sender);
                return null;
            }
        }
    }

    private void answerAny() throws IOException {
        int chosen = first + random.nextInt(Math.min(SHUFFLED, held)) & senders.length - 1;
        SocketAddress sender = senders[chosen];
        long token = tokens[chosen];
        senders[chosen] = senders[first];
        tokens[chosen] = tokens[first];
        first = first + 1 & senders.length - 1;
        held--;
        answer(sender, token);
    }

    private void answer(SocketAddress to, long token) throws IOException {
        if (loss > 0 && random.nextDouble() < loss) {
            return;
        }
        boolean confused = confusion > 0 && random.nextDouble() < confusion;
        out.clear();
        out.putLong(0, token).putLong(Wire.ANSWER_AT, Wire.answer(confused ? token + 1 : token));
        while (channel.send(out, to) == 0) {
            Thread.onSpinWait();
        }
    }
}
