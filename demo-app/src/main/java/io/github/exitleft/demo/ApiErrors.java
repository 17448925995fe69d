package io.github.exitleft.demo;

import io.github.exitleft.SourceFailedException;
import io.github.exitleft.StageClosedException;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.TooManyTicketsException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.TypeMismatchException;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/** Turns failures into problem details (RFC 9457) that tell the caller what to do, and nothing of the internals. */
@RestControllerAdvice
final class ApiErrors extends ResponseEntityExceptionHandler {

    private static final String A_SECOND = "1";

    @ExceptionHandler
    ProblemDetail onServer(ServerException e) {
        return ProblemDetail.forStatusAndDetail(e.status(), e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail onTimeout(StageTimeoutException e) {
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.GATEWAY_TIMEOUT,
                "the server did not answer within " + e.waited().toMillis() + " ms");
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> onTooManyTickets(TooManyTicketsException e) {
        return unavailable("too many requests are waiting for answers; try again later", A_SECOND);
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> onFailedSource(SourceFailedException e) {
        logger.warn("no server can be asked", e);
        return unavailable("no server can be asked at the moment; try again later", A_SECOND);
    }

    /** Leaves the interrupt flag cleared: Tomcat, which owns the thread, writes nothing on a thread that has it set. */
    @ExceptionHandler({StageClosedException.class, InterruptedException.class, TaskRejectedException.class})
    ResponseEntity<ProblemDetail> onEnd() {
        return unavailable("the application is about to stop", null);
    }

    @ExceptionHandler
    ProblemDetail onAnythingElse(RuntimeException e) {
        logger.error("a request failed", e);
        return ProblemDetail.forStatusAndDetail(HttpStatus.INTERNAL_SERVER_ERROR, "an error that should not happen");
    }

    private static ResponseEntity<ProblemDetail> unavailable(String detail, @Nullable String retryAfter) {
        ResponseEntity.BodyBuilder response = ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE);
        if (retryAfter != null) {
            response.header(HttpHeaders.RETRY_AFTER, retryAfter);
        }
        return response.body(ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, detail));
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        Throwable root = e.getMostSpecificCause();
        String detail = root instanceof IllegalArgumentException && root.getMessage() != null
                ? root.getMessage()
                : "a parameter has a value that it can't have";
        return handleExceptionInternal(e, ProblemDetail.forStatusAndDetail(status, detail), headers, status, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleNoResourceFoundException(
            NoResourceFoundException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, "there is nothing at this path");
        return handleExceptionInternal(e, problem, headers, status, request);
    }
}
