package com.example.sources;

import jakarta.jms.ConnectionFactory;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** A real Artemis broker inside this process, which keeps nothing on disk; it can be stopped and started again. */
final class ArtemisBroker {

    private static final String URL = "vm://0";

    private EmbeddedActiveMQ server;

    ArtemisBroker() throws Exception {
        start();
    }

    void start() throws Exception {
        Configuration configuration = new ConfigurationImpl()
                .setPersistenceEnabled(false)
                .setSecurityEnabled(false)
                .setJMXManagementEnabled(false)
                .addAcceptorConfiguration("vm", URL);
        this.server = new EmbeddedActiveMQ().setConfiguration(configuration);
        this.server.start();
    }

    void stop() throws Exception {
        this.server.stop();
    }

    static ConnectionFactory connectionFactory() {
        return new ActiveMQConnectionFactory(URL);
    }
}
