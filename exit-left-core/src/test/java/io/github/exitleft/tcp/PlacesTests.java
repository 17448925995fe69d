package io.github.exitleft.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The places of frames that are sent in order, on a wire that takes what a test says. */
class PlacesTests {

    private static final long LONG = Duration.ofMinutes(1).toNanos();

    private final List<IOException> lost = new ArrayList<>();
    private final Places places = opened(new Places(lost::add));
    private final Wire wire = new Wire();
    private final FrameWriter writer =
            new FrameWriter(wire, places, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));

    private static Places opened(Places places) {
        places.begin();
        return places;
    }

    /** Writes so many bytes at a time as there is room for. */
    private final class Wire implements FrameWriter.Wire {

        private final Deque<Integer> room = new ArrayDeque<>();
        private final List<Long> answers = new ArrayList<>();
        private Runnable meanwhile = () -> {};
        private Runnable whileWriting = () -> {};
        private Throwable failure;
        private int written;

        @Override
        public long write(ByteBuffer[] parts, int offset, int count) throws IOException {
            whileWriting.run();
            Integer most = room.poll();
            if (most != null && most < 0) {
                throw new IOException("broken pipe");
            }
            int taken = Math.min(most == null ? Integer.MAX_VALUE : most, parts[offset].remaining());
            parts[offset].position(parts[offset].position() + taken);
            written += taken;
            return taken;
        }

        @Override
        public void awaitRoom(long nanos) {
            meanwhile.run();
        }

        @Override
        public boolean isIntact() {
            return failure == null && lost.isEmpty();
        }

        @Override
        public void giveUp(Throwable cause) {
            failure = cause;
        }

        @Override
        public IOException lost() {
            return new IOException("it is lost", failure);
        }
    }

    private long sendInOrder(long nanos) throws IOException {
        return writer.send(new ByteBuffer[] {ByteBuffer.allocate(8)}, nanos, true);
    }

    private void send() throws IOException {
        writer.send(new ByteBuffer[] {ByteBuffer.allocate(8)}, LONG, false);
    }

    @Test
    void m10_framesThatCome_haveThePlacesOfThoseThatWereSentInOrder() throws Exception {
        long first = sendInOrder(LONG);
        long second = sendInOrder(LONG);

        assertThat(second).isNotEqualTo(first);
        assertThat(places.next()).isEqualTo(first);
        long third = sendInOrder(LONG);
        assertThat(places.next()).isEqualTo(second);
        assertThat(places.next()).isEqualTo(third);
        assertThat(lost).isEmpty();
    }

    @Test
    void m10_placesOfDifferentConnections_neverMeet() throws Exception {
        Set<Long> all = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            Places other = opened(new Places(lost::add));
            for (int j = 0; j < 10; j++) {
                assertThat(all.add(other.take(true))).isTrue();
            }
        }
        assertThat(all).allMatch(place -> place >= 0);
    }

    @Test
    void m10_frameOfWhichNothingIsWritten_usesNoPlace() throws Exception {
        long first = sendInOrder(LONG);
        wire.room.add(0);
        assertThatThrownBy(() -> sendInOrder(0))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("nothing was sent");
        wire.room.add(0);
        wire.meanwhile = () -> Thread.currentThread().interrupt();
        assertThatThrownBy(() -> sendInOrder(LONG))
                .isInstanceOf(InterruptedIOException.class)
                .hasMessageContaining("nothing was sent");
        assertThat(Thread.interrupted()).isTrue();
        wire.meanwhile = () -> {};

        long second = sendInOrder(LONG);

        assertThat(wire.written).isEqualTo(16);
        assertThat(places.next()).isEqualTo(first);
        assertThat(places.next()).isEqualTo(second);
        assertThat(lost).isEmpty();
    }

    @Test
    void m10_frameThatWaitsForRoom_hasOnePlace() throws Exception {
        wire.room.addAll(List.of(0, 0, 3, 0, 2));

        long first = sendInOrder(LONG);

        assertThat(wire.written).isEqualTo(8);
        assertThat(places.next()).isEqualTo(first);
        assertThat(places.next()).isEqualTo(Places.NONE);
        assertThat(lost).hasSize(1);
    }

    @Test
    void m10_frameThatIsHalfWritten_failsTheConnection() throws Exception {
        wire.room.addAll(List.of(3, 0));
        assertThatThrownBy(() -> sendInOrder(0))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("given up");
        assertThat(wire.failure).isInstanceOf(SocketTimeoutException.class);

        assertThatThrownBy(() -> sendInOrder(LONG)).hasMessage("it is lost");
    }

    @Test
    void m10_frameOfWhichIsUnknownHowMuchWasWritten_failsTheConnection() {
        wire.room.add(-1);

        assertThatThrownBy(() -> sendInOrder(LONG)).hasMessage("it is lost");

        assertThat(wire.failure).hasMessage("broken pipe");
    }

    @Test
    void m3_frameThatAnswersNothing_hasNoPlaceAndFailsTheConnection() throws Exception {
        sendInOrder(LONG);
        places.next();
        assertThat(lost).isEmpty();

        assertThat(places.next()).isEqualTo(Places.NONE);

        assertThat(lost)
                .singleElement()
                .satisfies(e -> assertThat(e)
                        .hasMessage("more frames have come than were sent in order, which were 1, so that no answer can"
                                + " be told from another any more; let the opening read what the peer sends by itself at"
                                + " first (TcpSource.Builder.opening)"));
        assertThat(places.next()).isEqualTo(Places.NONE);
    }

    @Test
    void m3_frameThatComesWhileAnotherWaitsForRoom_isNoAnswerToThat() throws Exception {
        sendInOrder(LONG);
        places.next();
        wire.room.add(0);
        wire.meanwhile = () -> wire.answers.add(places.next());

        assertThatThrownBy(() -> sendInOrder(LONG)).hasMessage("it is lost");

        assertThat(lost).first().satisfies(e -> assertThat(e).hasMessageContaining("more frames have come"));
        assertThat(wire.answers).containsExactly(Places.NONE);
        assertThat(wire.written).isEqualTo(8);
        assertThat(lost).isNotEmpty();
    }

    @Test
    void m3_frameThatComesWhileAnotherIsTriedInVain_isNoticedBeforeThatIsSent() {
        wire.room.add(0);
        wire.whileWriting = () -> wire.answers.add(places.next());

        assertThatThrownBy(() -> sendInOrder(LONG)).hasMessageContaining("more frames have come");

        assertThat(wire.written).isZero();
        assertThat(lost).hasSize(1);
    }

    @Test
    void m3_frameBeforeTheFirstQuestion_isNoticedByThat() {
        assertThat(places.next()).isEqualTo(Places.NONE);
        assertThat(lost).as("there may never be one in order").isEmpty();

        assertThatThrownBy(() -> sendInOrder(LONG))
                .hasMessageContaining("which were 0")
                .hasMessageContaining("opening");

        assertThat(wire.written).isZero();
        assertThat(lost).hasSize(1);
    }

    @Test
    void m10_framesOfTheOpening_doNotCount() throws Exception {
        Places fresh = new Places(lost::add);
        assertThat(fresh.take(false)).isEqualTo(Places.NONE);
        assertThat(fresh.next()).isEqualTo(Places.NONE);
        assertThat(fresh.next()).isEqualTo(Places.NONE);
        fresh.begin();

        long first = fresh.take(true);

        assertThat(fresh.next()).isEqualTo(first);
        assertThat(lost).isEmpty();
    }

    @Test
    void m10_framesWithAndWithoutAPlace_areNotMixedOnOneConnection() throws Exception {
        Places plain = opened(new Places(lost::add));
        plain.take(false);
        plain.take(false);
        assertThatThrownBy(() -> plain.take(true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(
                        "a frame can't be sent in order on a connection on which others were sent without a"
                                + " place (TcpSender.send)")
                .hasMessageContaining("opening");
        sendInOrder(LONG);
        assertThatThrownBy(this::send)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(
                        "a frame can't be sent without a place on a connection on which others were sent"
                                + " with one (TcpSender.sendInOrder)");

        sendInOrder(LONG);

        assertThat(wire.written).isEqualTo(16);
        assertThat(wire.failure).isNull();
    }
}
