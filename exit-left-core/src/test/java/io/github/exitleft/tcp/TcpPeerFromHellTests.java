package io.github.exitleft.tcp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.StageFixture;
import io.github.exitleft.TransientSourceException;
import io.github.exitleft.testing.VirtualThreadSupport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/**
 * A source against a peer that cuts and glues frames, reads slowly, talks rubbish, and hangs up in the middle of everything; while its
 * readers take turns, and readers and senders are interrupted and woken.
 *
 * <p>{@code -Dexitleft.hell.seconds} says for how long, and {@code -Dexitleft.hell.seed} repeats what was drawn.
 */
class TcpPeerFromHellTests extends StageFixture {

    private static final int LONGEST = 3_000;
    private static final Framing FRAMING = Framing.lengthField(0, 4);

    private final long seed = Long.getLong("exitleft.hell.seed", System.nanoTime());
    private final long end = System.nanoTime()
            + Duration.ofSeconds(Long.getLong("exitleft.hell.seconds", 4)).toNanos();
    private final AtomicReference<Object> wrong = new AtomicReference<>();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong asked = new AtomicLong();
    private volatile boolean tame;

    // only for the reading thread

    private int connection = -1;
    private int next;
    private long received;
    private long failures;

    private boolean goesOn() {
        return System.nanoTime() - end < 0 && wrong.get() == null;
    }

    /** A frame that says where it belongs, and whose content follows from that. */
    private static byte[] frame(int owner, int number, int length) {
        byte[] frame = new byte[16 + length];
        ByteBuffer.wrap(frame).putInt(12 + length).putInt(owner).putInt(number).putInt(length);
        Arrays.fill(frame, 16, frame.length, (byte) (owner * 31 + number));
        return frame;
    }

    private static boolean isWhole(byte[] frame) {
        ByteBuffer fields = ByteBuffer.wrap(frame);
        return Arrays.equals(frame, frame(fields.getInt(4), fields.getInt(8), fields.getInt(12)));
    }

    @Test
    void m10_frames_comeWholeInOrderAndFromOneConnectionAfterTheOther() throws Exception {
        var random = new SplittableRandom(seed);
        try (Peer peer = new Peer()) {
            peer.server.setReceiveBufferSize(8_192);
            peer.playing(line -> {
                var own = new SplittableRandom(seed + line.number);
                SplittableRandom others = own.split();
                Peer.daemon(() -> hear(line, others));
                talk(line, line.number, own);
            });
            try (TcpSource source = TcpSource.builder()
                    .remote(peer.address())
                    .framing(FRAMING)
                    .maxFrameSize(16 + LONGEST)
                    .sendTimeout(Duration.ofMillis(2))
                    .open()) {
                besiege(source, random);
                tame = true;
                exchangeOnceMore(source);
            }
            report(peer);
        }
        assertThat(wrong.get()).as("seed %d", seed).isNull();
        assertThat(received).as("seed %d", seed).isPositive();
        assertThat(failures).as("seed %d", seed).isPositive();
        assertThat(asked).hasPositiveValue();
    }

    private void besiege(TcpSource source, SplittableRandom random) throws Exception {
        var role = new ReentrantLock();
        List<Task<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            SplittableRandom own = random.split();
            int sender = i;
            tasks.add(start(i % 4 == 3 && VirtualThreadSupport.exist(), () -> {
                if (sender < 4) {
                    read(source, role, own);
                } else {
                    send(source, sender, own);
                }
                return null;
            }));
        }
        while (goesOn()) {
            if (random.nextInt(4) == 0) {
                source.wakeup();
            } else {
                tasks.get(random.nextInt(tasks.size())).thread.interrupt();
            }
            LockSupport.parkNanos(500_000);
        }
        for (Task<Void> task : tasks) {
            task.get();
        }
    }

    private void read(TcpSource source, ReentrantLock role, SplittableRandom random) {
        while (goesOn()) {
            role.lock();
            try {
                for (int i = random.nextInt(20); i >= 0; i--) {
                    readOne(source, Duration.ofNanos(Math.max(0, random.nextInt(-500_000, 2_000_000))));
                }
            } finally {
                role.unlock();
            }
        }
    }

    private void readOne(TcpSource source, Duration atMost) {
        try {
            Frame frame = source.receive(atMost);
            if (frame != null) {
                check(frame);
            }
        } catch (InterruptedException | TransientSourceException e) {
            // the next one reads on
        } catch (IOException e) {
            failures++;
        } catch (Exception e) {
            wrong.compareAndSet(null, e);
        }
    }

    private void check(Frame frame) {
        received++;
        int of = frame.getInt(4);
        int number = frame.getInt(8);
        boolean follows = of == connection ? number == next : of > connection && number == 0;
        if (!follows || !isWhole(frame.toByteArray())) {
            wrong.compareAndSet(
                    null,
                    "after " + (next - 1) + " of connection " + connection + " came " + number + " of " + of + " in "
                            + frame);
        }
        connection = of;
        next = number + 1;
    }

    private void send(TcpSource source, int sender, SplittableRandom random) {
        for (int i = 0; goesOn(); i++) {
            try {
                int length = random.nextInt(30) == 0 ? 500_000 : random.nextInt(LONGEST);
                source.backdoor().send(frame(sender, i, length));
                sent.incrementAndGet();
            } catch (IOException e) {
                Thread.interrupted();
            }
        }
    }

    /** Sends frames, anyhow, and comes to a bad end. */
    private void talk(Peer.Line line, int number, SplittableRandom random) throws IOException {
        int count = tame ? 1 : random.nextInt(random.nextInt(10) == 0 ? 2_000 : 100);
        var glued = ByteBuffer.allocate(8 * (16 + LONGEST));
        for (int i = 0; i < count; i++) {
            glued.put(frame(number, i, random.nextInt(random.nextInt(4) == 0 ? LONGEST : 40)));
            if (random.nextInt(3) == 0 || glued.remaining() < 16 + LONGEST || i == count - 1) {
                write(line, Arrays.copyOf(glued.array(), glued.position()), random);
                glued.clear();
            }
        }
        if (tame) {
            return;
        }
        switch (number == 0 ? 6 : random.nextInt(7)) { // or the source could not even be opened
            case 0 -> line.reset();
            case 1 -> line.write(new byte[] {0x40, 0, 0, 0, 1, 2, 3}); // a gigabyte
            case 2 -> line.write(new byte[] {-1, -1, -1, -1});
            case 3 -> line.write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
            case 4 -> {
                byte[] last = frame(number, count, LONGEST);
                line.write(Arrays.copyOf(last, 1 + random.nextInt(last.length - 1)));
                line.close();
            }
            case 5 -> line.socket.shutdownOutput();
            default -> line.close();
        }
    }

    private void write(Peer.Line line, byte[] bytes, SplittableRandom random) throws IOException {
        int at = 0;
        while (at < bytes.length) {
            int count = random.nextInt(3) == 0 ? 1 + random.nextInt(5) : bytes.length;
            count = Math.min(count, bytes.length - at);
            line.write(Arrays.copyOfRange(bytes, at, at + count));
            at += count;
        }
    }

    /** Reads what is sent, now and then slowly; only the last frame of a connection may be cut. */
    private void hear(Peer.Line line, SplittableRandom random) {
        int[] latest = new int[8];
        Arrays.fill(latest, -1);
        try {
            while (true) {
                if (!tame && random.nextInt(50) == 0) {
                    LockSupport.parkNanos(random.nextInt(10_000_000));
                }
                int length = line.in.readInt();
                if (length < 12 || length > 12 + 500_000) {
                    wrong.compareAndSet(null, "a frame of " + length + " bytes was sent");
                    return;
                }
                byte[] frame = new byte[4 + length];
                ByteBuffer.wrap(frame).putInt(length);
                line.in.readFully(frame, 4, length);
                ByteBuffer fields = ByteBuffer.wrap(frame);
                int sender = fields.getInt(4);
                if (!isWhole(frame) || fields.getInt(8) <= latest[sender]) {
                    wrong.compareAndSet(null, "frame " + fields.getInt(8) + " of sender " + sender + " is mixed up");
                    return;
                }
                latest[sender] = fields.getInt(8);
                asked.incrementAndGet();
            }
        } catch (IOException e) {
            // the connection has ended, here or there, and perhaps in the middle of a frame
        }
    }

    /** Makes sure that frames are heard again, once what was lost before has been told. */
    private void exchangeOnceMore(TcpSource source) {
        long heard = asked.get();
        var number = new AtomicInteger();
        await().untilAsserted(() -> {
            readOne(source, Duration.ofMillis(10));
            assertThatCode(() -> source.backdoor().send(frame(0, number.getAndIncrement(), 10)))
                    .doesNotThrowAnyException();
            assertThat(asked.get()).isGreaterThan(heard);
        });
    }

    @SuppressWarnings("SystemOut")
    private void report(Peer peer) {
        System.out.println(String.format(
                "hell: seed %d, %,d connections, %,d frames received, %,d failures told, %,d frames sent, %,d of them heard",
                seed, peer.accepted.get(), received, failures, sent.get(), asked.get()));
    }
}
