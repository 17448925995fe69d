package com.example.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exitleft.CallOptions;
import io.github.exitleft.Stage;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.jms.JmsSender;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jms.autoconfigure.JmsAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.jms.core.JmsTemplate;

/** Requests over a real JMS broker expire when their call's time is up. */
class JmsTimeToLiveTests {

    private static final long HOUR = Duration.ofHours(1).toMillis();

    private ArtemisBroker broker;

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(JmsAutoConfiguration.class, ExitLeftAutoConfiguration.class))
            .withBean(ConnectionFactory.class, ArtemisBroker::connectionFactory)
            .withPropertyValues(
                    "exit-left.stages.rpc.token-type=java.lang.String",
                    "exit-left.stages.rpc.default-timeout=2h",
                    "exit-left.stages.rpc.source.type=jms");

    @BeforeEach
    void startBroker() throws Exception {
        this.broker = new ArtemisBroker();
    }

    @AfterEach
    void stopBroker() throws Exception {
        this.broker.stop();
    }

    /** Asks by a call, and answers as the server; returns the request. */
    private static Message asked(Stage<String, Message> rpc, JmsTemplate template)
            throws InterruptedException, JMSException {
        JmsSender sender = rpc.backdoor(JmsSender.class);
        var request = new Message[1];
        rpc.call("a", () -> {
            sender.send("requests", "text", "a");
            request[0] = template.receive("requests");
            template.send(request[0].getJMSReplyTo(), session -> {
                Message answer = session.createMessage();
                answer.setJMSCorrelationID("a");
                return answer;
            });
        });
        return request[0];
    }

    @SuppressWarnings("unchecked") // as the properties say
    private static Stage<String, Message> rpc(ApplicationContext context) {
        return context.getBean("rpc", Stage.class);
    }

    @Test
    void requestOfACall_expiresWhenTheCallDoes() {
        this.contextRunner.run(context -> {
            long before = System.currentTimeMillis();

            Message request = asked(rpc(context), context.getBean(JmsTemplate.class));

            assertThat(request.getJMSExpiration()).isBetween(before + HOUR, System.currentTimeMillis() + 2 * HOUR + 1);
            assertThat(request.getBody(String.class)).isEqualTo("text");
            assertThat(request.getJMSDeliveryMode()).isEqualTo(DeliveryMode.PERSISTENT);
        });
    }

    @Test
    void requestWhoseCallIsOver_isNotDelivered() {
        this.contextRunner.run(context -> {
            Stage<String, Message> rpc = rpc(context);
            JmsSender sender = rpc.backdoor(JmsSender.class);
            JmsTemplate template = context.getBean(JmsTemplate.class);
            CallOptions<Message> options = CallOptions.<Message>defaults().timeout(Duration.ofMillis(50));
            assertThatThrownBy(() -> rpc.call("a", options, () -> sender.send("requests", "too late", "a")))
                    .isInstanceOf(StageTimeoutException.class);
            long now = System.currentTimeMillis(); // the request expires 50 ms after it was sent
            await().until(() -> System.currentTimeMillis() > now + 50);

            template.convertAndSend("requests", "in time");

            assertThat(template.receiveAndConvert("requests")).isEqualTo("in time");
        });
    }

    @Test
    void requestOutsideOfACall_doesNotExpire() {
        this.contextRunner.run(context -> {
            JmsTemplate template = context.getBean(JmsTemplate.class);
            rpc(context).backdoor(JmsSender.class).send("requests", "text", "a");

            assertThat(template.receive("requests").getJMSExpiration()).isZero();
        });
    }

    @Test
    void timeToLiveThatIsOff_letsNoRequestExpire() {
        this.contextRunner
                .withPropertyValues("exit-left.stages.rpc.source.jms.time-to-live=false")
                .run(context -> assertThat(asked(rpc(context), context.getBean(JmsTemplate.class))
                                .getJMSExpiration())
                        .isZero());
    }

    @Test
    void timeToLiveOfTheTemplate_isKeptIfItIsShorterAndTheTemplateStaysAsItIs() {
        this.contextRunner
                .withPropertyValues(
                        "spring.jms.template.time-to-live=1h",
                        "spring.jms.template.priority=7",
                        "spring.jms.template.delivery-mode=non-persistent")
                .run(context -> {
                    JmsTemplate template = context.getBean(JmsTemplate.class);

                    Message request = asked(rpc(context), template);

                    assertThat(request.getJMSExpiration())
                            .isLessThanOrEqualTo(System.currentTimeMillis() + HOUR)
                            .isPositive();
                    assertThat(request.getJMSPriority()).isEqualTo(7);
                    assertThat(request.getJMSDeliveryMode()).isEqualTo(DeliveryMode.NON_PERSISTENT);
                    assertThat(template.getTimeToLive()).isEqualTo(HOUR);
                });
    }

    @Test
    void templateOfAnotherClass_sendsAsItDoesAnyway() {
        this.contextRunner
                .withBean("own", JmsTemplate.class, () -> new JmsTemplate(ArtemisBroker.connectionFactory()) {})
                .run(context -> assertThat(asked(rpc(context), context.getBean(JmsTemplate.class))
                                .getJMSExpiration())
                        .isZero());
    }
}
