package io.github.exitleft;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Sends requests in the scope of what observes them, and lets the source know for which question: what time that has left, and what is to carry it. */
final class Sending {

    private Sending() {}

    /** Sends; returns what completes when that is done, or null if it is. */
    static <T, M, X extends Exception> @Nullable CompletionStage<?> begin(
            StageParts<T, M> parts, Mailbox<T, M> box, Sender<X> sender, long deadline) throws X {
        Observed observed = box.observed();
        if (observed == null) {
            return carried(parts, box, sender, deadline);
        }
        observed.bound(box.knownToken());
        Runnable scope = observed.sending();
        boolean sent = false;
        try {
            CompletionStage<?> sending = carried(parts, box, sender, deadline);
            sent = true;
            return sending;
        } finally {
            observed.sent(scope, sent);
        }
    }

    private static <T, M, X extends Exception> @Nullable CompletionStage<?> carried(
            StageParts<T, M> parts, Mailbox<T, M> box, Sender<X> sender, long deadline) throws X {
        Carriers carriers = parts.carriers;
        if (carriers == null) {
            return begin(parts, sender, deadline);
        }
        Carriers.Load load = box.load;
        if (load == null) {
            load = carriers.load(box);
            box.load = load;
        }
        Carriers.Load before = carriers.enter(load);
        Carriers.Sent how = Carriers.Sent.NO;
        try {
            CompletionStage<?> sending = begin(parts, sender, deadline);
            how = sending == null ? Carriers.Sent.YES : Carriers.Sent.LATER;
            return sending;
        } finally {
            if (carriers.leave(before, load, how, how == Carriers.Sent.YES ? parts.bare.nanoTime() : 0)) {
                parts.asyncWaits.sweep();
            }
        }
    }

    private static <X extends Exception> @Nullable CompletionStage<?> begin(
            StageParts<?, ?> parts, Sender<X> sender, long deadline) throws X {
        if (!parts.timeLeft) {
            return begin(sender);
        }
        TimeLeft before = TimeLeft.enter(parts.bare.parts.parker, deadline);
        try {
            return begin(sender);
        } finally {
            TimeLeft.leave(before);
        }
    }

    private static <X extends Exception> @Nullable CompletionStage<?> begin(Sender<X> sender) throws X {
        if (sender instanceof AsyncSender<X> later) {
            return later.sendAsync();
        }
        sender.send();
        return null;
    }
}
