package io.github.exitleft;

import io.github.exitleft.NoteFixture.Note;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;

/** What a subscriber hears; at first it requests as much as the test says. */
class Heard implements Flow.Subscriber<Note> {

    final List<String> texts = new CopyOnWriteArrayList<>();
    final List<Throwable> errors = new CopyOnWriteArrayList<>();
    volatile Flow.Subscription subscription;
    private final long first;

    /** Requests all there is. */
    Heard() {
        this(Long.MAX_VALUE);
    }

    Heard(long first) {
        this.first = first;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (first != 0) {
            given.request(first);
        }
    }

    @Override
    public void onNext(Note note) {
        texts.add(note.text());
    }

    @Override
    public void onError(Throwable thrown) {
        errors.add(thrown);
    }

    @Override
    public void onComplete() {
        errors.add(new AssertionError("completed"));
    }
}
