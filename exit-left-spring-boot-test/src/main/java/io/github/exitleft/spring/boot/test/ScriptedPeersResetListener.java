package io.github.exitleft.spring.boot.test;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestExecutionListener;

/** Resets the peers after each test method, since their context may be cached for the next one. */
final class ScriptedPeersResetListener implements TestExecutionListener {

    @Override
    public void afterTestMethod(TestContext testContext) {
        if (!testContext.hasApplicationContext()) {
            return;
        }
        ApplicationContext context = testContext.getApplicationContext();
        if (context instanceof ConfigurableApplicationContext configurable && configurable.isActive()) {
            context.getBeanProvider(ScriptedPeers.class).ifAvailable(ScriptedPeers::reset);
        }
    }
}
