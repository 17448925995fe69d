package io.github.exitleft.demo;

import io.github.exitleft.demo.stun.LoopbackStunServers;
import java.net.InetSocketAddress;
import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** STUN servers on loopback that are used when none are configured, so that the demo runs without a network. */
@Configuration(proxyBeanMethods = false)
class LoopbackConfiguration {

    @Bean
    @ConditionalOnMissingBean
    @Conditional(OnNoServers.class)
    LoopbackStunServers loopbackStunServers(StunProperties properties) {
        StunProperties.Loopback loopback = properties.loopback();
        LoopbackStunServers servers = LoopbackStunServers.builder()
                .listenOn(new InetSocketAddress("127.0.0.1", 0), new InetSocketAddress("127.0.0.1", 0))
                .listenWherePossible(new InetSocketAddress("127.0.0.2", 0))
                .delay(loopback.minDelay(), loopback.maxDelay())
                .start();
        servers.loss(loopback.loss());
        return servers;
    }

    /** Matches if no server is configured, in whichever form a list may be written. */
    static final class OnNoServers implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return Binder.get(context.getEnvironment())
                    .bind("demo.stun.servers", Bindable.listOf(String.class))
                    .orElse(List.of())
                    .isEmpty();
        }
    }
}
