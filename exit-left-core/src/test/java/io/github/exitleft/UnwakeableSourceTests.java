package io.github.exitleft;

import io.github.exitleft.test.SourceContractTests;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A source that cannot be woken, over a library that wraps interrupts: the contract is not bent to sockets. */
class UnwakeableSourceTests extends SourceContractTests<UnwakeableSourceTests.Parcel> {

    record Parcel(int number) {}

    /** What such libraries do: no wake-up, zero means for ever, and interrupts come as something else. */
    private static final class Library {

        static final class LibraryException extends RuntimeException {
            private static final long serialVersionUID = 1L;

            LibraryException(Throwable cause) {
                super("error code 17", cause);
            }
        }

        final BlockingQueue<Parcel> parcels = new LinkedBlockingQueue<>();
        private boolean closed;

        Parcel fetchNow() {
            refuseIfClosed();
            return parcels.poll();
        }

        Parcel fetch(long millis) {
            refuseIfClosed();
            try {
                return millis == 0 ? parcels.take() : parcels.poll(millis, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                throw new LibraryException(e); // and the flag is gone
            }
        }

        private void refuseIfClosed() {
            if (closed) {
                throw new LibraryException(null);
            }
        }
    }

    private static final class ParcelSource implements Source<Parcel> {

        private static final long SLICE = 100;
        final Library library = new Library();

        @Override
        public Parcel receive(Duration remaining) {
            if (remaining.isZero()) {
                return library.fetchNow();
            }
            boolean longer = remaining.compareTo(Duration.ofMillis(SLICE)) > 0;
            return library.fetch(longer ? SLICE : Math.max(1, remaining.toMillis()));
        }

        @Override
        public void close() {
            library.closed = true; // not volatile: only the thread with the role at the end may call it
        }
    }

    @Override
    protected Source<Parcel> open() {
        return new ParcelSource();
    }

    @Override
    protected void deliver(Source<Parcel> source, int token) {
        ((ParcelSource) source).library.parcels.add(new Parcel(token));
    }

    @Override
    protected int token(Parcel message) {
        return message.number();
    }
}
