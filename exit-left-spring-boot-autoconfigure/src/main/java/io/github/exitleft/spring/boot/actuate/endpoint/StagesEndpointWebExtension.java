package io.github.exitleft.spring.boot.actuate.endpoint;

import io.github.exitleft.spring.boot.actuate.endpoint.StagesEndpoint.StageDescriptor;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} for the {@link StagesEndpoint}: shows tokens to users that may see
 * them.
 */
@EndpointWebExtension(endpoint = StagesEndpoint.class)
public class StagesEndpointWebExtension {

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
}
