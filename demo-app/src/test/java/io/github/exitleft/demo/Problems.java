package io.github.exitleft.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** What every problem detail of the demo must be like. */
final class Problems {

    /** A transaction id. */
    static final Pattern TOKEN = Pattern.compile("[0-9a-f]{24}");

    private Problems() {}

    /** Checks status and shape, and that nothing of the internals is in it; returns the detail. */
    static String detail(HttpResponse<String> response, int status) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = RunningDemo.json(response);
        assertThat(problem.propertyNames()).containsExactlyInAnyOrder("title", "status", "detail", "instance");
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("instance").asString())
                .isEqualTo(response.request().uri().getPath());
        assertThat(response.body())
                .doesNotContainPattern(TOKEN)
                .doesNotContain(
                        "Exception",
                        "exitleft",
                        "springframework",
                        "java.",
                        "tomcat",
                        "Thread",
                        "thread",
                        "exec-",
                        "'stun'",
                        "stage",
                        "ticket",
                        "token",
                        "head",
                        "trace");
        return problem.path("detail").asString();
    }
}
