package com.example.recipes;

import io.github.exitleft.SourceFailedException;
import io.github.exitleft.StageClosedException;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.TooManyTicketsException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

@RestControllerAdvice
class StageErrors {

    @ExceptionHandler
    ProblemDetail onTimeout(StageTimeoutException e) {
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.GATEWAY_TIMEOUT, "no answer within " + e.waited().toMillis() + " ms");
    }

    @ExceptionHandler({SourceFailedException.class, TooManyTicketsException.class, StageClosedException.class})
    ProblemDetail onUnavailable() {
        return ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, "try again later");
    }
}
