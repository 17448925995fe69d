package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.Keeper;
import io.github.exitleft.OnFailure;
import io.github.exitleft.Overflow;
import io.github.exitleft.Promotion;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The keys of one stage.
 *
 * @param tokenType Class of the tokens, which with the source's messages makes the generic type of the bean. Required.
 * @param defaultTimeout How long a wait lasts unless its caller says otherwise.
 * @param promotion Which waiter reads next when the one that reads leaves.
 * @param drain How many messages that are there already a leaving reader may still route.
 * @param maxTickets How many tickets may be live. One more is refused before anything is sent.
 * @param mailboxCapacity How many messages are kept for each ticket until they are fetched.
 * @param mailboxOverflow Which message is dropped, and counted, when a mailbox is full.
 * @param shared Whether others read the same messages, so that those that nobody asked for here count as foreign.
 * @param keeper Whether a background thread reads while no caller does. What the source prefers unless set: idle for kafka and
 * jms, always for postgres, off for others.
 * @param keeperIdle After how long without a reader an idle keeper reads.
 * @param onFailure What brings a source back that failed: those who ask later, or a background thread as well.
 * @param executor Name of an Executor bean for asynchronous calls and streams. The applicationTaskExecutor, if there is one,
 * or else the common pool, unless set.
 * @param replyClassifier Name of a ReplyClassifier bean that tells answers that are errors, which are thrown to their callers.
 * @param source Where the messages come from.
 */
@ConfigurationPropertiesSource
public record StageProperties(
        @Nullable Class<?> tokenType,
        @DefaultValue("3s") Duration defaultTimeout,
        @DefaultValue("newest") Promotion promotion,
        @DefaultValue("32") int drain,
        @DefaultValue("10000") int maxTickets,
        @DefaultValue("16") int mailboxCapacity,
        @DefaultValue("drop-newest") Overflow mailboxOverflow,
        @DefaultValue("false") boolean shared,
        @Nullable Keeper keeper,
        @DefaultValue("100ms") Duration keeperIdle,
        @DefaultValue("reopen") OnFailure onFailure,
        @Nullable String executor,
        @Nullable String replyClassifier,
        @DefaultValue Source source) {

    /**
     * The keys of a stage's source.
     *
     * @param type Kind of source, one of udp, kafka, jms, postgres, channel and bean. Required.
     * @param udp Settings of a source of type udp.
     * @param kafka Settings of a source of type kafka.
     * @param jms Settings of a source of type jms.
     * @param postgres Settings of a source of type postgres.
     * @param channel Settings of a source of type channel.
     * @param bean Settings of a source of type bean.
     */
    public record Source(
            @Nullable String type,
            @Nullable Udp udp,
            @Nullable Kafka kafka,
            @Nullable Jms jms,
            @Nullable Postgres postgres,
            @Nullable Channel channel,
            @Nullable Bean bean) {

        /** Takes the type in any case, as enums are. */
        public Source {
            type = type == null ? null : type.strip().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The keys of a UDP port.
     *
     * @param address Address of the interface to listen on. All of them, IPv4 and IPv6, unless set.
     * @param port Port to listen on; 0 is any that is free.
     * @param receiveBufferSize Size of the system's buffer in which datagrams wait to be read. The system may grant less.
     * @param sendBufferSize Size of the system's buffer in which datagrams wait to be sent. The system's default unless set.
     * @param maxDatagramSize Longest payload that is expected. A longer one counts as unreadable.
     * @param broadcast Whether datagrams can be sent to broadcast addresses.
     * @param multicastGroups Multicast groups to join, on the interface that multicast-interface names.
     * @param multicastInterface Name or address of the interface to join multicast groups on, such as eth0. Required with
     * multicast-groups.
     * @param trafficClass Traffic class of what is sent, from 0 to 255, such as 184 for expedited forwarding. The system's
     * default unless set.
     * @param token How the token is read; exactly one of offset with length, reader, and sender.
     */
    public record Udp(
            @Nullable InetAddress address,
            @DefaultValue("0") int port,
            @DefaultValue("1MB") DataSize receiveBufferSize,
            @Nullable DataSize sendBufferSize,
            @DefaultValue("1500B") DataSize maxDatagramSize,
            @DefaultValue("false") boolean broadcast,
            @DefaultValue List<InetAddress> multicastGroups,
            @Nullable String multicastInterface,
            @Nullable Integer trafficClass,
            @DefaultValue UdpToken token) {}

    /**
     * The keys of the token in a datagram.
     *
     * @param offset Where in the payload the token begins, in bytes from 0. Goes with the length.
     * @param length How many bytes the token has. Goes with the offset.
     * @param reader Name of a TokenReader bean that reads the token.
     * @param sender Whether the sender's address is the token.
     */
    public record UdpToken(
            @Nullable Integer offset,
            @Nullable Integer length,
            @Nullable String reader,
            @DefaultValue("false") boolean sender) {}

    /**
     * The keys of a source over Kafka.
     *
     * @param topics Topics to read. The first is where requests ask for their answers. Required with source type kafka.
     * @param group Consumer group to read as a member of. Every partition is read, in no group, unless set.
     * @param token How the token is read; the header kafka_correlationId unless set.
     * @param readyTimeout How long the start waits until brokers have answered and partitions are assigned.
     * @param unreachableAfter How long no broker may answer, while somebody reads, before the source fails.
     * @param consumerFactory Name of the ConsumerFactory bean. The only one unless set.
     * @param template Name of the KafkaTemplate bean to send requests with. The only one unless set.
     */
    public record Kafka(
            @DefaultValue List<String> topics,
            @Nullable String group,
            @DefaultValue KafkaToken token,
            @DefaultValue("60s") Duration readyTimeout,
            @DefaultValue("10s") Duration unreachableAfter,
            @Nullable String consumerFactory,
            @Nullable String template) {}

    /**
     * The keys of the token in a Kafka record; at most one of them.
     *
     * @param header Name of the header that holds the token.
     * @param key Whether the record's key is the token.
     * @param reader Name of a TokenReader bean that reads the token.
     */
    public record KafkaToken(
            @Nullable String header,
            @DefaultValue("false") boolean key,
            @Nullable String reader) {}

    /**
     * The keys of a source over JMS.
     *
     * @param queue Name of the queue to listen to, which no other instance may. A temporary queue unless set.
     * @param token How the token is read; the JMSCorrelationID unless set.
     * @param connectionFactory Name of the ConnectionFactory bean. The only one unless set.
     * @param template Name of the JmsTemplate bean to send requests with. The only one unless set.
     */
    public record Jms(
            @Nullable String queue,
            @DefaultValue JmsToken token,
            @Nullable String connectionFactory,
            @Nullable String template) {}

    /**
     * The keys of the token in a JMS message.
     *
     * @param reader Name of a TokenReader bean that reads the token.
     */
    public record JmsToken(@Nullable String reader) {}

    /**
     * The keys of a source over PostgreSQL.
     *
     * @param channels Channels to listen to; case matters. Required with source type postgres.
     * @param token How the token is read; what stands before the first colon unless set.
     * @param dataSource Name of the DataSource bean, of which one connection is held. The only one unless set.
     * @param keepalive After how long without a notification a reader notifies itself, as a sign of life.
     */
    public record Postgres(
            @DefaultValue List<String> channels,
            @DefaultValue PostgresToken token,
            @Nullable String dataSource,
            @DefaultValue("30s") Duration keepalive) {}

    /**
     * The keys of the token in a notification; at most one of them.
     *
     * @param separator What ends the token at the beginning of the payload.
     * @param reader Name of a TokenReader bean that reads the token.
     */
    public record PostgresToken(
            @Nullable String separator, @Nullable String reader) {}

    /**
     * The keys of a source over a channel of Spring Messaging.
     *
     * @param name Name of the PollableChannel bean, which nobody else may poll. Required with source type channel.
     * @param token How the token is read; the header correlationId unless set.
     */
    public record Channel(
            @Nullable String name, @DefaultValue ChannelToken token) {}

    /**
     * The keys of the token in a message of a channel; at most one of them.
     *
     * @param header Name of the header that is the token.
     * @param expression Expression, in the Spring Expression Language, that gives the token when evaluated on the message.
     * @param reader Name of a TokenReader bean that reads the token.
     */
    public record ChannelToken(
            @Nullable String header,
            @Nullable String expression,
            @Nullable String reader) {}

    /**
     * The keys of a source that is a bean.
     *
     * @param name Name of the Source bean, which is closed with the stage. Required with source type bean.
     * @param token How the token is read.
     */
    public record Bean(@Nullable String name, @DefaultValue BeanToken token) {}

    /**
     * The keys of the token in a message of a source that is a bean.
     *
     * @param reader Name of a TokenReader bean that reads the token. Required with source type bean.
     */
    public record BeanToken(@Nullable String reader) {}
}
