package io.github.exitleft.benchmarks;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The other side of the contenders over TCP, in a process of its own: answers frames in another order than they came
 * in, over the connection that each came from.
 *
 * <p>It keeps back as many requests as {@link Peer} does, and writes the answers of one turn together, as a server with
 * an event loop does. A lone caller is answered by a bare blocking loop. The number of callers comes by UDP, to the
 * same port.
 */
final class TcpPeer {

    /** A connection. */
    private static final class Line {

        final SocketChannel channel;
        final ByteBuffer in = ByteBuffer.allocate(SHUFFLED * TcpWire.SIZE);
        final ByteBuffer out = ByteBuffer.allocate(SHUFFLED * TcpWire.SIZE);

        Line(SocketChannel channel) {
            this.channel = channel;
        }
    }

    private static final int SHUFFLED = 64;

    private final SplittableRandom random = new SplittableRandom(4);
    private final ServerSocketChannel server;
    private final DatagramSocket control;
    private final Selector selector = Selector.open();
    private final double loss;
    private final double confusion;
    private final int underWay;
    private final Set<Line> lines = new LinkedHashSet<>();
    private final List<Line> answered = new ArrayList<>();

    // a ring of requests not yet answered
    private final Line[] askers = new Line[1 << 15];
    private final long[] tokens = new long[askers.length];
    private int first;
    private int held;

    private volatile int callers = 1;

    private TcpPeer(ServerSocketChannel server, DatagramSocket control, double loss, double confusion, int underWay)
            throws IOException {
        this.server = server;
        this.control = control;
        this.loss = loss;
        this.confusion = confusion;
        this.underWay = underWay;
    }

    /** Runs a peer until its standard input ends. Arguments: those of {@link Peer#main}. */
    public static void main(String[] arguments) throws IOException {
        while (true) {
            ServerSocketChannel server = ServerSocketChannel.open();
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
            int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
            try {
                var control = new DatagramSocket(port, InetAddress.getLoopbackAddress());
                System.out.println(port);
                PeerProcess.endWithInput(() -> {});
                new TcpPeer(
                                server,
                                control,
                                Double.parseDouble(arguments[0]),
                                Double.parseDouble(arguments[1]),
                                Integer.parseInt(arguments[2]))
                        .run();
            } catch (BindException e) {
                // another process has that port for UDP
                server.close();
            }
        }
    }

    private void run() throws IOException {
        var controller = new Thread(this::beTold, "control");
        controller.setDaemon(true);
        controller.start();
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
        while (true) {
            if (callers == 1 && lines.size() == 1) {
                answerLone(lines.iterator().next());
            } else {
                answerMany();
            }
        }
    }

    private void beTold() {
        byte[] told = new byte[Peer.CONTROL_SIZE];
        var packet = new DatagramPacket(told, told.length);
        try {
            while (true) {
                control.receive(packet);
                callers = ByteBuffer.wrap(told).getInt();
                selector.wakeup();
                control.send(packet);
            }
        } catch (IOException e) {
            throw new IllegalStateException("the peer can't be told how many callers there are", e);
        }
    }

    private void answerLone(Line line) throws IOException {
        line.channel.keyFor(selector).cancel();
        selector.selectNow();
        line.channel.configureBlocking(true);
        while (lines.contains(line)) {
            // the last turn may have left some
            answer(held);
            read(line);
        }
    }

    /** Takes one turn: reads what has come, and answers what is not to be kept back. */
    private void answerMany() throws IOException {
        int before = held;
        selector.selectNow(this::serve);
        int due = held - Math.max(0, callers - underWay);
        answer(Math.min(due, SHUFFLED));
        if (due <= 0 && held == before) {
            selector.select(this::serve, 1_000);
        }
    }

    private void serve(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                SocketChannel channel = server.accept();
                if (channel != null) {
                    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                    channel.configureBlocking(false);
                    var line = new Line(channel);
                    channel.register(selector, SelectionKey.OP_READ, line);
                    lines.add(line);
                }
            } else {
                read((Line) key.attachment());
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void read(Line line) throws IOException {
        int count;
        try {
            count = line.channel.read(line.in);
        } catch (IOException e) {
            count = -1;
        }
        if (count < 0) {
            lines.remove(line);
            line.channel.close();
            return;
        }
        line.in.flip();
        while (line.in.remaining() >= TcpWire.sizeOfNext(line.in)) {
            int last = first + held++ & askers.length - 1;
            askers[last] = line;
            tokens[last] = line.in.getLong(line.in.position() + TcpWire.LENGTH_SIZE);
            line.in.position(line.in.position() + TcpWire.SIZE);
        }
        line.in.compact();
    }

    private void answer(int due) {
        for (int i = 0; i < due; i++) {
            answerAny();
        }
        answered.forEach(this::write);
        answered.clear();
    }

    private void answerAny() {
        int chosen = first + random.nextInt(Math.min(SHUFFLED, held)) & askers.length - 1;
        Line line = askers[chosen];
        long token = tokens[chosen];
        askers[chosen] = askers[first];
        tokens[chosen] = tokens[first];
        first = first + 1 & askers.length - 1;
        held--;
        if (loss > 0 && random.nextDouble() < loss) {
            return;
        }
        boolean confused = confusion > 0 && random.nextDouble() < confusion;
        int at = line.out.position();
        if (at == 0) {
            answered.add(line);
        }
        line.out
                .putInt(at, Wire.SIZE)
                .putLong(at + TcpWire.LENGTH_SIZE, token)
                .putLong(at + TcpWire.LENGTH_SIZE + Wire.ANSWER_AT, Wire.answer(confused ? token + 1 : token))
                .position(at + TcpWire.SIZE);
    }

    private void write(Line line) {
        line.out.flip();
        try {
            while (line.out.hasRemaining()) {
                if (line.channel.write(line.out) == 0) {
                    Thread.onSpinWait();
                }
            }
        } catch (IOException e) {
            // it was closed, which the next read notices
        }
        line.out.clear();
    }
}
