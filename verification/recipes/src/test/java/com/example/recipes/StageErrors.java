package com.example.recipes;

import io.github.exitleft.SourceFailedException;
import io.github.exitleft.StageClosedException;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.TooManyTicketsException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

@RestControllerAdvice
class StageErrors {

    private static final Log log = LogFactory.getLog(StageErrors.class);

    @ExceptionHandler
    ProblemDetail onTimeout(StageTimeoutException e) {
        log.warn(e.getMessage()); // which thread read, and what came instead
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.GATEWAY_TIMEOUT, "no answer within " + e.waited().toMillis() + " ms");
    }

    @ExceptionHandler({SourceFailedException.class, TooManyTicketsException.class, StageClosedException.class})
    ProblemDetail onUnavailable() {
        return ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, "try again later");
    }
}
