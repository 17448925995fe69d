package io.github.exitleft;

import org.jspecify.annotations.Nullable;

/** What tells answers that are errors from the others, and turns them into exceptions (M18). */
final class ErrorReplies<M> {

    private final BareStage<?, ?, ?> bare;
    private final Source<M> source;
    private final @Nullable ReplyClassifier<? super M> classifier;

    ErrorReplies(BareStage<?, ?, ?> bare, Source<M> source, @Nullable ReplyClassifier<? super M> classifier) {
        this.bare = bare;
        this.source = source;
        this.classifier = classifier;
    }

    /** Returns what is thrown instead of giving out a message, which is unchecked; null for an answer. Never throws. */
    @Nullable
    Throwable in(M message) {
        Throwable error;
        try {
            error = source.errorOf(message);
            if (error == null && classifier != null) {
                error = classifier.errorOf(message);
            }
        } catch (Throwable e) { // foreign code, which may just as well throw the error
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            } else if (e instanceof RuntimeException || e instanceof Error) {
                bare.callbackFailed(e); // since it may as well be a mistake of that code
            }
            error = e;
        }
        return error == null || error instanceof RuntimeException || error instanceof Error
                ? error
                : new ErrorReplyException(error);
    }

    /** Throws the error that a message stands for, if it is one. */
    void throwIfError(M message) {
        Throwable error = in(message);
        if (error instanceof Error fatal) {
            throw fatal;
        }
        if (error != null) {
            throw (RuntimeException) error;
        }
    }
}
