package io.github.exitleft.spring.boot.actuate.endpoint;

import io.github.exitleft.spring.boot.actuate.endpoint.StagesEndpoint.StageDescriptor;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} for the {@link StagesEndpoint}: shows tokens to users that may see
 * them, and answers with a status and a text to changes that can't be made.
 */
@EndpointWebExtension(endpoint = StagesEndpoint.class)
public class StagesEndpointWebExtension {

    private static final int STATUS_ACCEPTED = 202;
    private static final int STATUS_CONFLICT = 409;

    private final StagesEndpoint delegate;
    private final Show showValues;
    private final Set<String> roles;

    /**
     * Creates the extension.
     *
     * @param delegate the endpoint
     * @param showValues when to show tokens
     * @param roles the roles that may see them; any authenticated user if empty
     */
    public StagesEndpointWebExtension(StagesEndpoint delegate, Show showValues, Set<String> roles) {
        this.delegate = delegate;
        this.showValues = showValues;
        this.roles = roles;
    }

    /**
     * Returns one stage, with its longest waiting threads.
     *
     * @param securityContext the user that asks
     * @param name the stage's name
     * @return what it looks like now; null, which becomes 404, if there is no such stage
     */
    @ReadOperation
    public @Nullable StageDescriptor stage(SecurityContext securityContext, @Selector String name) {
        return this.delegate.stage(name, this.showValues.isShown(securityContext, this.roles));
    }

    /**
     * Changes one stage: sets its keeper, tries its failed source at once in the background, or both.
     *
     * @param securityContext the user that asks
     * @param name the stage's name
     * @param keeper off, idle or always; null to leave the keeper as it is
     * @param reopen whether to try the source at once; null is false
     * @return what the stage looks like now, with 202 if its source is tried; 400 for a value that does not exist, 404
     *     for such a stage, 409 if the stage is closed, or is to be reopened and has not failed
     */
    @WriteOperation
    public WebEndpointResponse<?> change(
            SecurityContext securityContext, @Selector String name, @Nullable String keeper, @Nullable Boolean reopen) {
        boolean reopens = Boolean.TRUE.equals(reopen);
        try {
            StageDescriptor changed =
                    this.delegate.change(name, keeper, reopens, this.showValues.isShown(securityContext, this.roles));
            return changed == null
                    ? new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND)
                    : new WebEndpointResponse<>(changed, reopens ? STATUS_ACCEPTED : WebEndpointResponse.STATUS_OK);
        } catch (IllegalArgumentException e) {
            return refused(e, WebEndpointResponse.STATUS_BAD_REQUEST);
        } catch (IllegalStateException e) { // StageClosedException is one
            return refused(e, STATUS_CONFLICT);
        }
    }

    private static WebEndpointResponse<?> refused(RuntimeException why, int status) {
        return new WebEndpointResponse<>(
                OperationResponseBody.of(Map.of("error", String.valueOf(why.getMessage()))), status);
    }
}
