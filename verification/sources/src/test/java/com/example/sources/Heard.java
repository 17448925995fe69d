package com.example.sources;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;

/** A subscriber that keeps what it hears. */
final class Heard<M> implements Flow.Subscriber<M> {

    final List<M> messages = new CopyOnWriteArrayList<>();
    final List<Throwable> errors = new CopyOnWriteArrayList<>();
    private final long first;
    private volatile Flow.Subscription subscription;

    /** One that asks for so many messages at first. */
    Heard(long first) {
        this.first = first;
    }

    void request(long more) {
        this.subscription.request(more);
    }

    void cancel() {
        this.subscription.cancel();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        this.subscription = subscription;
        subscription.request(this.first);
    }

    @Override
    public void onNext(M message) {
        this.messages.add(message);
    }

    @Override
    public void onError(Throwable thrown) {
        this.errors.add(thrown);
    }

    @Override
    public void onComplete() {
        this.errors.add(new AssertionError("completed"));
    }
}
