package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.TokenReader;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jms.connection.SingleConnectionFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.messaging.Message;
import org.springframework.messaging.PollableChannel;

/** Every mistake below a source that needs a library fails the start with key, origin and remedy, as does the library's absence: B1. */
class StartFailureOfSourcesTests extends StartFailureSupport {

    private static final String STAGE = """
            exit-left:
              stages:
                rpc:
                  token-type: java.lang.String
                  source:
                    type: TYPE
                    TYPE:
            """;

    private static String yaml(String type, String lines) {
        return STAGE.replace("TYPE", type) + "          " + lines.replace("; ", "\n          ") + "\n";
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            kafka | topics: replies | org.springframework.kafka.core.ConsumerFactory | org.springframework.boot:spring-boot-starter-kafka
            jms | queue: replies | jakarta.jms.ConnectionFactory | org.springframework.boot:spring-boot-starter-artemis
            jms | queue: replies | org.springframework.jms.core.JmsOperations | org.springframework.boot:spring-boot-starter-artemis
            postgres | channels: replies | org.postgresql.PGConnection | org.postgresql:postgresql
            channel | name: replies | org.springframework.messaging.PollableChannel | org.springframework.boot:spring-boot-starter-integration
            """)
    void missingLibrary_isReportedWithTheDependencyToAdd(
            String type, String line, String missing, String dependency, CapturedOutput output) throws IOException {
        Thread thread = Thread.currentThread();
        ClassLoader loader = thread.getContextClassLoader();
        thread.setContextClassLoader(new FilteredClassLoader(missing.substring(0, missing.lastIndexOf('.'))));
        try {
            start(yaml(type, line));
        } finally {
            thread.setContextClassLoader(loader);
        }
        assertReport(
                output,
                "exit-left.stages.rpc.source.type",
                "6:15",
                "there is no class " + missing + " on the class path",
                "Add the dependency " + dependency);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            kafka | group: g                            | kafka.topics            | not set | needs a topic to read         | to the topic that answers go to
            kafka | topics: ''                          | kafka.topics            | 8:19    | needs a topic to read         | to the topic that answers go to
            kafka | topics: a; group: ' '               | kafka.group             | 9:18    | a group needs a name          | remove it to read every partition
            kafka | topics: a; ready-timeout: 0s        | kafka.ready-timeout     | 9:26    | must be at least              | a duration such as 10s
            kafka | topics: a; unreachable-after: 1ms   | kafka.unreachable-after | 9:30    | must be at least PT1S         | a duration such as 10s
            kafka | topics: a; token.header: ''         | kafka.token.header      | 9:25    | names no header               | the name of a header
            kafka | topics: a; token.reader: ''         | kafka.token.reader      | 9:25    | names no bean                 | the name of a TokenReader bean
            kafka | topics: a; token.key: true; token.reader: r | kafka.token.reader | 10:25 | in one way only               | Remove one of the two
            kafka | topics: a; token.header: h; token.key: true | kafka.token.key    | 10:22 | in one way only               | Remove one of the two
            kafka | topics: a; consumer-factory: other  | kafka.consumer-factory  | 9:29    | no bean named 'other'         | There are: one, two
            kafka | topics: a; consumer-factory: reader | kafka.consumer-factory  | 9:29    | not a ConsumerFactory         | There are: one, two
            kafka | topics: a                           | kafka.consumer-factory  | not set | several beans of type         | There are: one, two
            kafka | topics: a; token.reader: datagramReader | kafka.token.reader  | 9:25    | reads messages of type        | Name another TokenReader bean
            kafka | topics: a; token.reader: recordReader; consumer-factory: one; template: t | kafka.template | 11:21 | no bean named 't' | of which there is none
            jms | queue: ''                             | jms.queue               | 8:18    | a queue needs a name          | remove it to get a temporary one
            jms | queue: q; token.reader: ''            | jms.token.reader        | 9:25    | names no bean                 | the name of a TokenReader bean
            jms | queue: q; token.reader: datagramReader | jms.token.reader       | 9:25    | reads messages of type        | Name another TokenReader bean
            jms | queue: q; connection-factory: none    | jms.connection-factory  | 9:31    | no bean named 'none'          | There are: broker
            jms | queue: q; template: none              | jms.template            | 9:21    | no bean named 'none'          | of which there is none
            jms | queue: q                              | jms.queue               | 8:18    | no broker here                | Start the broker
            postgres | keepalive: 1s                    | postgres.channels       | not set | needs a channel to listen to  | to the channel that answers go to
            postgres | channels: c; keepalive: 0s       | postgres.keepalive      | 9:22    | must be positive              | a duration such as 30s
            postgres | channels: c; token.separator: '' | postgres.token.separator | 9:28   | must not be empty             | one such as :
            postgres | channels: c; token.separator: x; token.reader: r | postgres.token.reader | 10:25 | in one way only | Remove one of the two
            postgres | channels: c; token.reader: datagramReader | postgres.token.reader | 9:25 | reads messages of type   | Name another TokenReader bean
            postgres | channels: c; data-source: none   | postgres.data-source    | 9:24    | no bean named 'none'          | There are: database
            postgres | channels: ninechars-ninechars-ninechars-ninechars-ninechars-ninechars-ninechars | postgres.channels | 8:21 | can't be the name of a channel | 1 to 63 bytes
            postgres | channels: c                      | postgres.channels       | 8:21    | refused                       | Start the database
            channel | token.header: h                   | channel.name            | not set | needs the name of a bean      | the name of a PollableChannel bean
            channel | name: other                       | channel.name            | 8:17    | no bean named 'other'         | There are: replies
            channel | name: reader                      | channel.name            | 8:17    | not a PollableChannel         | There are: replies
            channel | name: replies; token.header: ''   | channel.token.header    | 9:25    | names no header               | the name of a header
            channel | name: replies; token.expression: 'a +' | channel.token.expression | 9:29 | is no expression: | such as headers.id
            channel | name: replies; token.expression: '' | channel.token.expression | 9:29 | is no expression              | such as headers.id
            channel | name: replies; token.header: h; token.expression: e | channel.token.expression | 10:29 | in one way only | Remove one of the two
            channel | name: replies; token.reader: datagramReader | channel.token.reader | 9:25 | reads messages of type     | Name another TokenReader bean
            """)
    void mistake_isReported(
            String type, String lines, String key, String origin, String reason, String remedy, CapturedOutput output)
            throws IOException {
        this.configuration = Factories.class;
        assertStartFails(yaml(type, lines), output, "exit-left.stages.rpc.source." + key, origin, reason, remedy);
    }

    @ParameterizedTest
    @CsvSource({
        "kafka, a header, topics: a",
        "jms, a correlation id, queue: q",
        "postgres, read from a payload, channels: c"
    })
    void tokenTypeThatCanNotBeRead_isReported(String type, String where, String line, CapturedOutput output)
            throws IOException {
        this.configuration = Factories.class;
        assertStartFails(
                yaml(type, line).replace("java.lang.String", "java.util.Date"),
                output,
                "exit-left.stages.rpc.token-type",
                "4:19",
                "a token of type java.util.Date can't be " + where,
                "java.lang.String");
    }

    @ParameterizedTest
    @CsvSource({"kafka,topics: a", "jms,queue: q", "postgres,channels: c", "channel,name: replies"})
    void keysOfAnotherType_areReported(String type, String line, CapturedOutput output) throws IOException {
        assertStartFails(
                yaml(type, line).replace("type: " + type, "type: udp"),
                output,
                "exit-left.stages.rpc.source." + type,
                "8:",
                "does not apply to exit-left.stages.rpc.source.type=udp",
                "Remove what is below exit-left.stages.rpc.source." + type);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            kafka | topics: a | kafka.consumer-factory | org.springframework.kafka.core.ConsumerFactory
            jms | queue: q | jms.connection-factory | jakarta.jms.ConnectionFactory
            postgres | channels: c | postgres.data-source | javax.sql.DataSource
            """)
    void missingBean_isReported(String type, String line, String key, String missing, CapturedOutput output)
            throws IOException {
        assertStartFails(
                yaml(type, line),
                output,
                "exit-left.stages.rpc.source." + key,
                "not set",
                "there is no bean of type " + missing,
                "let Spring Boot configure one");
    }

    @Configuration(proxyBeanMethods = false)
    @Import(Beans.class)
    static class Factories {

        @Bean
        ConsumerFactory<String, String> one() {
            return new DefaultKafkaConsumerFactory<>(Map.of());
        }

        @Bean
        ConsumerFactory<String, String> two() {
            return new DefaultKafkaConsumerFactory<>(Map.of());
        }

        @Bean
        ConnectionFactory broker() {
            return new SingleConnectionFactory() {
                @Override
                public void afterPropertiesSet() {}

                @Override
                public Connection createConnection() throws JMSException {
                    throw new JMSException("no broker here");
                }
            };
        }

        @Bean
        DataSource database() {
            PGSimpleDataSource database = new PGSimpleDataSource();
            database.setPortNumbers(new int[] {1}); // where nothing listens
            return database;
        }

        @Bean
        PollableChannel replies() {
            return new PollableChannel() {
                @Override
                public Message<?> receive() {
                    return null;
                }

                @Override
                public Message<?> receive(long timeout) {
                    return null;
                }

                @Override
                public boolean send(Message<?> message, long timeout) {
                    return false;
                }
            };
        }

        @Bean
        TokenReader<String, ConsumerRecord<?, ?>> recordReader() {
            return record -> record.topic();
        }
    }
}
