package io.github.exitleft.tcp;

import java.io.Serial;

/**
 * Thrown for bytes that are no frame, or for a frame that is too long.
 *
 * <p>The stream is then lost, since nothing says where the next frame begins. The message contains nothing of the
 * frame's content.
 */
public final class FramingException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what is wrong and what to do about it; nothing of the frame's content
     */
    public FramingException(String message) {
        super(message);
    }
}
