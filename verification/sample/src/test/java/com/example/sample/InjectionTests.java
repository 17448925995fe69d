package com.example.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.Stage;
import io.github.exitleft.spring.boot.autoconfigure.StageCustomizer;
import io.github.exitleft.udp.Datagram;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

/** Every way in which an application can get at its stages. */
@SpringBootTest(
        webEnvironment = WebEnvironment.NONE,
        properties = {
            "exit-left.stages.refunds.token-type=java.lang.Integer",
            "exit-left.stages.refunds.source.type=udp",
            "exit-left.stages.refunds.source.udp.address=127.0.0.1",
            "exit-left.stages.refunds.source.udp.token.offset=0",
            "exit-left.stages.refunds.source.udp.token.length=4"
        })
class InjectionTests {

    @TestConfiguration(proxyBeanMethods = false)
    static class BeforeAndAfterTheCustomizerOfTheApplication {

        @Bean
        @Order(-1)
        StageCustomizer before() {
            return (name, builder) -> {
                if (!name.equals("orders")) {
                    builder.defaultTimeout(Duration.ofSeconds(77));
                }
            };
        }

        @Bean
        @Order(1)
        StageCustomizer after() {
            return (name, builder) -> {
                if (name.equals("refunds")) {
                    builder.defaultTimeout(Duration.ofSeconds(88));
                }
            };
        }
    }

    @Autowired
    @Qualifier("refunds")
    private Stage<Integer, Datagram> qualified;

    @Autowired
    private Stage<UUID, Datagram> byFullType;

    @Autowired
    private Stage<String, Alarm> ofABeanThatIsASource;

    @Autowired
    private Stage<Long, String> userDefined;

    @Autowired
    private Map<String, Stage<Integer, Datagram>> ordersAndRefunds;

    @Autowired
    private Map<String, Stage<String, Alarm>> ofAlarms;

    @Autowired
    private Map<String, Stage<?, ?>> all;

    @Autowired
    private List<Stage<?, ?>> list;

    @Test
    void stagesOfOneType_areInjectedByParameterName(
            @Autowired Stage<Integer, Datagram> orders, @Autowired Stage<Integer, Datagram> refunds) {
        assertThat(orders.name()).isEqualTo("orders");
        assertThat(refunds.name()).isEqualTo("refunds");
    }

    @Test
    void stage_isInjectedByQualifier() {
        assertThat(qualified.name()).isEqualTo("refunds");
    }

    @Test
    void stage_isInjectedByFullGenericType() {
        assertThat(byFullType.name()).isEqualTo("ticks");
        assertThat(byFullType.tokenType()).isEqualTo(UUID.class);
        assertThat(userDefined.name()).isEqualTo("journal");
    }

    @Test
    void stageOverASourceBean_isInjectedWithTheMessageTypeOfThatSource() {
        assertThat(ofABeanThatIsASource.name()).isEqualTo("alarms");
    }

    @Test
    void mapOfOneType_hasStagesOfThatTypeOnly() {
        assertThat(ordersAndRefunds).containsOnlyKeys("orders", "refunds");
        assertThat(ofAlarms).containsOnlyKeys("alarms");
    }

    @Test
    void mapOfAnyType_hasAllStagesAndTheUsersOwn() {
        assertThat(all).containsOnlyKeys("orders", "refunds", "ticks", "alarms", "journal");
        assertThat(list).hasSize(5);
    }

    @Test
    void customizers_applyInTheirOrderAfterThePropertiesAndToTheStagesTheyChoose() {
        assertThat(all.get("orders").defaultTimeout()).isEqualTo(Duration.ofSeconds(4));
        assertThat(all.get("alarms").defaultTimeout()).isEqualTo(Duration.ofSeconds(77));
        assertThat(all.get("ticks").defaultTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(all.get("refunds").defaultTimeout()).isEqualTo(Duration.ofSeconds(88));
    }
}
