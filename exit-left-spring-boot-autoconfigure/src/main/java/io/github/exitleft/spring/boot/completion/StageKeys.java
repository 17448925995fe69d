package io.github.exitleft.spring.boot.completion;

import io.github.exitleft.Keeper;
import io.github.exitleft.OnFailure;
import io.github.exitleft.Overflow;
import io.github.exitleft.Promotion;
import io.github.exitleft.Reuse;
import io.github.exitleft.spring.boot.autoconfigure.StageProperties;
import io.github.exitleft.spring.boot.source.Endianness;
import io.github.exitleft.tcp.Pick;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.springframework.util.unit.DataSize;

/**
 * The keys below {@code exit-left.stages.NAME}, as properties that editors complete.
 *
 * <p>An editor reads in the metadata that stages are of this class, and looks for its getters and setters. Nothing is bound to it, and
 * there is no object of it. KeyCompletionIT writes it, from what the metadata says of each key, when {@code
 * -Ddocumentation.write=true} is set.
 */
abstract class StageKeys {

    /** How long a wait lasts unless its caller says otherwise. */
    public abstract Duration getDefaultTimeout();

    /** How long a wait lasts unless its caller says otherwise. */
    public abstract void setDefaultTimeout(Duration value);

    /** How many messages that are there already a leaving reader may still route. */
    public abstract Integer getDrain();

    /** How many messages that are there already a leaving reader may still route. */
    public abstract void setDrain(Integer value);

    /** Whether there is this stage. If not, no bean is registered for it. */
    public abstract Boolean getEnabled();

    /** Whether there is this stage. If not, no bean is registered for it. */
    public abstract void setEnabled(Boolean value);

    /** Name of an EventHandler bean that gets the messages that are for no caller, as the token reader says. They are only counted unless set. */
    public abstract String getEventHandler();

    /** Name of an EventHandler bean that gets the messages that are for no caller, as the token reader says. They are only counted unless set. */
    public abstract void setEventHandler(String value);

    /** Name of an Executor bean for asynchronous calls, streams and events. The applicationTaskExecutor, if there is one, or else the common pool, unless set. */
    public abstract String getExecutor();

    /** Name of an Executor bean for asynchronous calls, streams and events. The applicationTaskExecutor, if there is one, or else the common pool, unless set. */
    public abstract void setExecutor(String value);

    /** Whether a background thread reads while no caller does. What the source prefers unless set. */
    public abstract Keeper getKeeper();

    /** Whether a background thread reads while no caller does. What the source prefers unless set. */
    public abstract void setKeeper(Keeper value);

    /** After how long without a reader an idle keeper reads. */
    public abstract Duration getKeeperIdle();

    /** After how long without a reader an idle keeper reads. */
    public abstract void setKeeperIdle(Duration value);

    /** How many messages are kept for each ticket until they are fetched. */
    public abstract Integer getMailboxCapacity();

    /** How many messages are kept for each ticket until they are fetched. */
    public abstract void setMailboxCapacity(Integer value);

    /** Which message is dropped, and counted, when a mailbox is full. */
    public abstract Overflow getMailboxOverflow();

    /** Which message is dropped, and counted, when a mailbox is full. */
    public abstract void setMailboxOverflow(Overflow value);

    /** How many tickets may be live. One more is refused before anything is sent. */
    public abstract Integer getMaxTickets();

    /** How many tickets may be live. One more is refused before anything is sent. */
    public abstract void setMaxTickets(Integer value);

    /** What reopens a source that failed: callers that ask later, or a background thread as well. */
    public abstract OnFailure getOnFailure();

    /** What reopens a source that failed: callers that ask later, or a background thread as well. */
    public abstract void setOnFailure(OnFailure value);

    /** Which waiter reads next when the one that reads leaves. */
    public abstract Promotion getPromotion();

    /** Which waiter reads next when the one that reads leaves. */
    public abstract void setPromotion(Promotion value);

    /** The keys below {@code reopen}. */
    public abstract Reopen getReopen();

    /** The keys below {@code reopen}. */
    public abstract void setReopen(Reopen value);

    /** Name of a ReplyClassifier bean that finds the answers that are errors. They are thrown to their callers. */
    public abstract String getReplyClassifier();

    /** Name of a ReplyClassifier bean that finds the answers that are errors. They are thrown to their callers. */
    public abstract void setReplyClassifier(String value);

    /** Whether others read the same messages, so that those that were not asked for here count as foreign. */
    public abstract Boolean getShared();

    /** Whether others read the same messages, so that those that were not asked for here count as foreign. */
    public abstract void setShared(Boolean value);

    /** The keys below {@code source}. */
    public abstract Source getSource();

    /** The keys below {@code source}. */
    public abstract void setSource(Source value);

    /** Class of the tokens, which with the source's messages makes the generic type of the bean. Required. */
    public abstract Class<?> getTokenType();

    /** Class of the tokens, which with the source's messages makes the generic type of the bean. Required. */
    public abstract void setTokenType(Class<?> value);

    /** The keys below {@code tokens}. */
    public abstract Tokens getTokens();

    /** The keys below {@code tokens}. */
    public abstract void setTokens(Tokens value);

    /** How many questions may be out at once; further ones wait, in order, before they are sent, that of a heartbeat first. No limit unless set. */
    public abstract Integer getWindow();

    /** How many questions may be out at once; further ones wait, in order, before they are sent, that of a heartbeat first. No limit unless set. */
    public abstract void setWindow(Integer value);

    /** How long a question waits for a place in the window at most. As long as its timeout allows unless set. */
    public abstract Duration getWindowWait();

    /** How long a question waits for a place in the window at most. As long as its timeout allows unless set. */
    public abstract void setWindowWait(Duration value);

    /** The keys below {@code reopen}. */
    abstract static class Reopen {

        /** Longest of these pauses. */
        public abstract Duration getMaxPause();

        /** Longest of these pauses. */
        public abstract void setMaxPause(Duration value);

        /** First pause before a background thread tries to reopen a source that failed, or to restore one of several connections. Each further pause is twice as long. Callers that ask try at most once a second, whatever is set. */
        public abstract Duration getPause();

        /** First pause before a background thread tries to reopen a source that failed, or to restore one of several connections. Each further pause is twice as long. Callers that ask try at most once a second, whatever is set. */
        public abstract void setPause(Duration value);
    }

    /** The keys below {@code source}. */
    abstract static class Source {

        /** A Source bean of your own. */
        public abstract Bean getBean();

        /** A Source bean of your own. */
        public abstract void setBean(Bean value);

        /** A PollableChannel of Spring's messaging. */
        public abstract Channel getChannel();

        /** A PollableChannel of Spring's messaging. */
        public abstract void setChannel(Channel value);

        /** A queue over JMS. */
        public abstract Jms getJms();

        /** A queue over JMS. */
        public abstract void setJms(Jms value);

        /** Topics of Kafka. */
        public abstract Kafka getKafka();

        /** Topics of Kafka. */
        public abstract void setKafka(Kafka value);

        /** Notifications of PostgreSQL (LISTEN). */
        public abstract Postgres getPostgres();

        /** Notifications of PostgreSQL (LISTEN). */
        public abstract void setPostgres(Postgres value);

        /** A TCP or TLS connection, or several, to one peer. */
        public abstract Tcp getTcp();

        /** A TCP or TLS connection, or several, to one peer. */
        public abstract void setTcp(Tcp value);

        /** Kind of source; the adapters on the class path say which there are. Required. */
        public abstract Type getType();

        /** Kind of source; the adapters on the class path say which there are. Required. */
        public abstract void setType(Type value);

        /** One UDP port for many callers. */
        public abstract Udp getUdp();

        /** One UDP port for many callers. */
        public abstract void setUdp(Udp value);

        /** The keys below {@code source.bean}. */
        abstract static class Bean {

            /** Name of the Source bean, which is closed with the stage. Required. */
            public abstract String getName();

            /** Name of the Source bean, which is closed with the stage. Required. */
            public abstract void setName(String value);

            /** The keys below {@code source.bean.token}. */
            public abstract Token getToken();

            /** The keys below {@code source.bean.token}. */
            public abstract void setToken(Token value);

            /** The keys below {@code source.bean.token}. */
            abstract static class Token {

                /** Name of a TokenReader bean that reads the token. Required. */
                public abstract String getReader();

                /** Name of a TokenReader bean that reads the token. Required. */
                public abstract void setReader(String value);
            }
        }

        /** The keys below {@code source.channel}. */
        abstract static class Channel {

            /** Name of the PollableChannel bean, which nothing else may poll. Required. */
            public abstract String getName();

            /** Name of the PollableChannel bean, which nothing else may poll. Required. */
            public abstract void setName(String value);

            /** The keys below {@code source.channel.token}. */
            public abstract Token getToken();

            /** The keys below {@code source.channel.token}. */
            public abstract void setToken(Token value);

            /** The keys below {@code source.channel.token}. */
            abstract static class Token {

                /** Expression, in the Spring Expression Language, that gives the token when evaluated on the message. */
                public abstract String getExpression();

                /** Expression, in the Spring Expression Language, that gives the token when evaluated on the message. */
                public abstract void setExpression(String value);

                /** Name of the header that is the token. */
                public abstract String getHeader();

                /** Name of the header that is the token. */
                public abstract void setHeader(String value);

                /** Name of a TokenReader bean that reads the token. */
                public abstract String getReader();

                /** Name of a TokenReader bean that reads the token. */
                public abstract void setReader(String value);
            }
        }

        /** The keys below {@code source.jms}. */
        abstract static class Jms {

            /** Name of the ConnectionFactory bean. The only one unless set. */
            public abstract String getConnectionFactory();

            /** Name of the ConnectionFactory bean. The only one unless set. */
            public abstract void setConnectionFactory(String value);

            /** Name of the queue to listen to, which no other instance may. A temporary queue unless set. */
            public abstract String getQueue();

            /** Name of the queue to listen to, which no other instance may. A temporary queue unless set. */
            public abstract void setQueue(String value);

            /** Name of the JmsTemplate bean to send requests with. The only one unless set. */
            public abstract String getTemplate();

            /** Name of the JmsTemplate bean to send requests with. The only one unless set. */
            public abstract void setTemplate(String value);

            /** Whether a request expires when its call's time is up, by the broker's clock. */
            public abstract Boolean getTimeToLive();

            /** Whether a request expires when its call's time is up, by the broker's clock. */
            public abstract void setTimeToLive(Boolean value);

            /** The keys below {@code source.jms.token}. */
            public abstract Token getToken();

            /** The keys below {@code source.jms.token}. */
            public abstract void setToken(Token value);

            /** The keys below {@code source.jms.token}. */
            abstract static class Token {

                /** Name of a TokenReader bean that reads the token. */
                public abstract String getReader();

                /** Name of a TokenReader bean that reads the token. */
                public abstract void setReader(String value);
            }
        }

        /** The keys below {@code source.kafka}. */
        abstract static class Kafka {

            /** Name of the ConsumerFactory bean. The only one unless set. */
            public abstract String getConsumerFactory();

            /** Name of the ConsumerFactory bean. The only one unless set. */
            public abstract void setConsumerFactory(String value);

            /** Consumer group to read as a member of. Every partition is read, in no group, unless set. */
            public abstract String getGroup();

            /** Consumer group to read as a member of. Every partition is read, in no group, unless set. */
            public abstract void setGroup(String value);

            /** How long the start waits until brokers have answered and partitions are assigned. */
            public abstract Duration getReadyTimeout();

            /** How long the start waits until brokers have answered and partitions are assigned. */
            public abstract void setReadyTimeout(Duration value);

            /** Name of the KafkaTemplate bean to send requests with. The only one unless set. */
            public abstract String getTemplate();

            /** Name of the KafkaTemplate bean to send requests with. The only one unless set. */
            public abstract void setTemplate(String value);

            /** The keys below {@code source.kafka.token}. */
            public abstract Token getToken();

            /** The keys below {@code source.kafka.token}. */
            public abstract void setToken(Token value);

            /** Topics to read. The first is where requests ask for their answers. Required. */
            public abstract List<String> getTopics();

            /** Topics to read. The first is where requests ask for their answers. Required. */
            public abstract void setTopics(List<String> value);

            /** How long no broker may answer, while a thread reads, before the source fails. */
            public abstract Duration getUnreachableAfter();

            /** How long no broker may answer, while a thread reads, before the source fails. */
            public abstract void setUnreachableAfter(Duration value);

            /** The keys below {@code source.kafka.token}. */
            abstract static class Token {

                /** Name of the header that holds the token. */
                public abstract String getHeader();

                /** Name of the header that holds the token. */
                public abstract void setHeader(String value);

                /** Whether the record's key is the token. */
                public abstract Boolean getKey();

                /** Whether the record's key is the token. */
                public abstract void setKey(Boolean value);

                /** Name of a TokenReader bean that reads the token. */
                public abstract String getReader();

                /** Name of a TokenReader bean that reads the token. */
                public abstract void setReader(String value);
            }
        }

        /** The keys below {@code source.postgres}. */
        abstract static class Postgres {

            /** Channels to listen to; case matters. Required. */
            public abstract List<String> getChannels();

            /** Channels to listen to; case matters. Required. */
            public abstract void setChannels(List<String> value);

            /** Name of the DataSource bean, of which one connection is held. The only one unless set. */
            public abstract String getDataSource();

            /** Name of the DataSource bean, of which one connection is held. The only one unless set. */
            public abstract void setDataSource(String value);

            /** After how long without a notification a reader notifies itself, as a sign of life. */
            public abstract Duration getKeepalive();

            /** After how long without a notification a reader notifies itself, as a sign of life. */
            public abstract void setKeepalive(Duration value);

            /** The keys below {@code source.postgres.token}. */
            public abstract Token getToken();

            /** The keys below {@code source.postgres.token}. */
            public abstract void setToken(Token value);

            /** The keys below {@code source.postgres.token}. */
            abstract static class Token {

                /** Name of a TokenReader bean that reads the token. */
                public abstract String getReader();

                /** Name of a TokenReader bean that reads the token. */
                public abstract void setReader(String value);

                /** What ends the token at the beginning of the payload. */
                public abstract String getSeparator();

                /** What ends the token at the beginning of the payload. */
                public abstract void setSeparator(String value);
            }
        }

        /** The keys below {@code source.tcp}. */
        abstract static class Tcp {

            /** How long each address of each remote has to accept a connection. */
            public abstract Duration getConnectTimeout();

            /** How long each address of each remote has to accept a connection. */
            public abstract void setConnectTimeout(Duration value);

            /** How many connections there are, which callers share. If one of several is lost, it alone ends its calls, and is made anew. */
            public abstract Integer getConnections();

            /** How many connections there are, which callers share. If one of several is lost, it alone ends its calls, and is made anew. */
            public abstract void setConnections(Integer value);

            /** The keys below {@code source.tcp.frame}. */
            public abstract Frame getFrame();

            /** The keys below {@code source.tcp.frame}. */
            public abstract void setFrame(Frame value);

            /** The keys below {@code source.tcp.heartbeat}. */
            public abstract Heartbeat getHeartbeat();

            /** The keys below {@code source.tcp.heartbeat}. */
            public abstract void setHeartbeat(Heartbeat value);

            /** Longest frame that is expected, as it travels. A longer one fails the source. */
            public abstract DataSize getMaxFrameSize();

            /** Longest frame that is expected, as it travels. A longer one fails the source. */
            public abstract void setMaxFrameSize(DataSize value);

            /** Name of an Opening bean that talks to the peer before a new connection is used, for example to log on. Nothing unless set. */
            public abstract String getOpening();

            /** Name of an Opening bean that talks to the peer before a new connection is used, for example to log on. Nothing unless set. */
            public abstract void setOpening(String value);

            /** How one of several connections is picked for a request. */
            public abstract Pick getPick();

            /** How one of several connections is picked for a request. */
            public abstract void setPick(Pick value);

            /** Host and port to connect to, such as switch.example:9000 or [2001:db8::1]:9000. This or remotes is required. */
            public abstract String getRemote();

            /** Host and port to connect to, such as switch.example:9000 or [2001:db8::1]:9000. This or remotes is required. */
            public abstract void setRemote(String value);

            /** Hosts and ports of which the first that accepts is used, tried in order for each new connection. */
            public abstract List<String> getRemotes();

            /** Hosts and ports of which the first that accepts is used, tried in order for each new connection. */
            public abstract void setRemotes(List<String> value);

            /** How long a sender waits for room unless it says otherwise. */
            public abstract Duration getSendTimeout();

            /** How long a sender waits for room unless it says otherwise. */
            public abstract void setSendTimeout(Duration value);

            /** The keys below {@code source.tcp.ssl}. */
            public abstract Ssl getSsl();

            /** The keys below {@code source.tcp.ssl}. */
            public abstract void setSsl(Ssl value);

            /** The keys below {@code source.tcp.token}. */
            public abstract Token getToken();

            /** The keys below {@code source.tcp.token}. */
            public abstract void setToken(Token value);

            /** The keys below {@code source.tcp.frame}. */
            abstract static class Frame {

                /** Whether frames are values of ASN.1 in the Basic Encoding Rules, as in LDAP. */
                public abstract Boolean getBer();

                /** Whether frames are values of ASN.1 in the Basic Encoding Rules, as in LDAP. */
                public abstract void setBer(Boolean value);

                /** The keys below {@code source.tcp.frame.between}. */
                public abstract Between getBetween();

                /** The keys below {@code source.tcp.frame.between}. */
                public abstract void setBetween(Between value);

                /** What ends each frame, such as "&#92;r&#92;n", in double quotes. It is no part of the payload. */
                public abstract String getDelimiter();

                /** What ends each frame, such as "&#92;r&#92;n", in double quotes. It is no part of the payload. */
                public abstract void setDelimiter(String value);

                /** The keys below {@code source.tcp.frame.length-field}. */
                public abstract LengthField getLengthField();

                /** The keys below {@code source.tcp.frame.length-field}. */
                public abstract void setLengthField(LengthField value);

                /** Name of a Framing bean that finds the end of each frame. */
                public abstract String getReader();

                /** Name of a Framing bean that finds the end of each frame. */
                public abstract void setReader(String value);

                /** How long all frames are. */
                public abstract DataSize getSize();

                /** How long all frames are. */
                public abstract void setSize(DataSize value);

                /** The keys below {@code source.tcp.frame.between}. */
                abstract static class Between {

                    /** Bytes that end each frame, as hexadecimal digits in quotes, such as "1c0d". They are no part of the payload. Goes with the start. */
                    public abstract String getEnd();

                    /** Bytes that end each frame, as hexadecimal digits in quotes, such as "1c0d". They are no part of the payload. Goes with the start. */
                    public abstract void setEnd(String value);

                    /** Bytes that begin each frame, as hexadecimal digits in quotes, such as "0b". They are no part of the payload. Goes with the end. */
                    public abstract String getStart();

                    /** Bytes that begin each frame, as hexadecimal digits in quotes, such as "0b". They are no part of the payload. Goes with the end. */
                    public abstract void setStart(String value);
                }

                /** The keys below {@code source.tcp.frame.length-field}. */
                abstract static class LengthField {

                    /** What to add to the field's value to get the number of bytes after the field. */
                    public abstract Integer getAdjustment();

                    /** What to add to the field's value to get the number of bytes after the field. */
                    public abstract void setAdjustment(Integer value);

                    /** Order of the field's bytes. Network byte order is big-endian. */
                    public abstract Endianness getByteOrder();

                    /** Order of the field's bytes. Network byte order is big-endian. */
                    public abstract void setByteOrder(Endianness value);

                    /** Whether the field's value also counts the field's own bytes. */
                    public abstract Boolean getIncludesItself();

                    /** Whether the field's value also counts the field's own bytes. */
                    public abstract void setIncludesItself(Boolean value);

                    /** How many bytes the field has: 1 to 8. Required with a length field. */
                    public abstract Integer getLength();

                    /** How many bytes the field has: 1 to 8. Required with a length field. */
                    public abstract void setLength(Integer value);

                    /** Where in the frame the field begins, in bytes from 0. */
                    public abstract Integer getOffset();

                    /** Where in the frame the field begins, in bytes from 0. */
                    public abstract void setOffset(Integer value);
                }
            }

            /** The keys below {@code source.tcp.heartbeat}. */
            abstract static class Heartbeat {

                /** Time from one question to the next. 30s unless set. */
                public abstract Duration getEvery();

                /** Time from one question to the next. 30s unless set. */
                public abstract void setEvery(Duration value);

                /** Name of a HeartbeatQuestion bean, which asks the peer. Required with a heartbeat, which needs a keeper; it is idle unless set. */
                public abstract String getQuestion();

                /** Name of a HeartbeatQuestion bean, which asks the peer. Required with a heartbeat, which needs a keeper; it is idle unless set. */
                public abstract void setQuestion(String value);

                /** How long the peer has for its answer, or the connection fails; without the wait for a place in a full window. Shorter than every. 5s unless set. */
                public abstract Duration getTimeout();

                /** How long the peer has for its answer, or the connection fails; without the wait for a place in a full window. Shorter than every. 5s unless set. */
                public abstract void setTimeout(Duration value);
            }

            /** The keys below {@code source.tcp.ssl}. */
            abstract static class Ssl {

                /** Name of the SSL bundle, of spring.ssl.bundle, that says which certificates are trusted and what is shown to the peer. No TLS unless set. */
                public abstract String getBundle();

                /** Name of the SSL bundle, of spring.ssl.bundle, that says which certificates are trusted and what is shown to the peer. No TLS unless set. */
                public abstract void setBundle(String value);

                /** When TLS starts: as soon as there is a connection, or when the opening says so, which it must. */
                public abstract Start getStart();

                /** When TLS starts: as soon as there is a connection, or when the opening says so, which it must. */
                public abstract void setStart(Start value);

                /** Whether the peer's certificate must be for the host of the remote. */
                public abstract Boolean getVerifyHostname();

                /** Whether the peer's certificate must be for the host of the remote. */
                public abstract void setVerifyHostname(Boolean value);

                /** The values of {@code source.tcp.ssl.start}. */
                enum Start {

                    /** As soon as there is a connection. */
                    IMMEDIATELY,

                    /** When the opening says so, which it must. */
                    BY_OPENING
                }
            }

            /** The keys below {@code source.tcp.token}. */
            abstract static class Token {

                /** Order of the bytes of a token that is a number. Network byte order, which is big-endian, unless set. */
                public abstract Endianness getByteOrder();

                /** Order of the bytes of a token that is a number. Network byte order, which is big-endian, unless set. */
                public abstract void setByteOrder(Endianness value);

                /** How many bytes the token has. Goes with the offset. */
                public abstract Integer getLength();

                /** How many bytes the token has. Goes with the offset. */
                public abstract void setLength(Integer value);

                /** Where in the payload the token begins, in bytes from 0. Goes with the length. */
                public abstract Integer getOffset();

                /** Where in the payload the token begins, in bytes from 0. Goes with the length. */
                public abstract void setOffset(Integer value);

                /** Whether answers come in the order in which questions were sent, and have no ids. The token is then the place that TcpSender.sendInOrder returns, a Long. */
                public abstract Boolean getOrder();

                /** Whether answers come in the order in which questions were sent, and have no ids. The token is then the place that TcpSender.sendInOrder returns, a Long. */
                public abstract void setOrder(Boolean value);

                /** Name of a TokenReader bean that reads the token. */
                public abstract String getReader();

                /** Name of a TokenReader bean that reads the token. */
                public abstract void setReader(String value);
            }
        }

        /** The values of {@code source.type}. */
        enum Type {

            /** One UDP port for many callers. */
            UDP,

            /** A TCP or TLS connection, or several, to one peer. */
            TCP,

            /** Topics of Kafka. */
            KAFKA,

            /** A queue over JMS. */
            JMS,

            /** Notifications of PostgreSQL (LISTEN). */
            POSTGRES,

            /** A PollableChannel of Spring's messaging. */
            CHANNEL,

            /** A Source bean of your own. */
            BEAN
        }

        /** The keys below {@code source.udp}. */
        abstract static class Udp {

            /** Address of the interface to listen on. All of them, IPv4 and IPv6, unless set. */
            public abstract InetAddress getAddress();

            /** Address of the interface to listen on. All of them, IPv4 and IPv6, unless set. */
            public abstract void setAddress(InetAddress value);

            /** Whether datagrams can be sent to broadcast addresses. */
            public abstract Boolean getBroadcast();

            /** Whether datagrams can be sent to broadcast addresses. */
            public abstract void setBroadcast(Boolean value);

            /** Longest payload that is expected. A longer one counts as unreadable. */
            public abstract DataSize getMaxDatagramSize();

            /** Longest payload that is expected. A longer one counts as unreadable. */
            public abstract void setMaxDatagramSize(DataSize value);

            /** Multicast groups to join, on the interface that multicast-interface names. */
            public abstract List<InetAddress> getMulticastGroups();

            /** Multicast groups to join, on the interface that multicast-interface names. */
            public abstract void setMulticastGroups(List<InetAddress> value);

            /** Name or address of the interface to join multicast groups on, such as eth0. Required with multicast-groups. */
            public abstract String getMulticastInterface();

            /** Name or address of the interface to join multicast groups on, such as eth0. Required with multicast-groups. */
            public abstract void setMulticastInterface(String value);

            /** How many channels send from the port, so that as many threads can send at once. Linux only; one elsewhere, and with multicast groups. */
            public abstract Integer getOutlets();

            /** How many channels send from the port, so that as many threads can send at once. Linux only; one elsewhere, and with multicast groups. */
            public abstract void setOutlets(Integer value);

            /** Port to listen on; 0 is any that is free. */
            public abstract Integer getPort();

            /** Port to listen on; 0 is any that is free. */
            public abstract void setPort(Integer value);

            /** Size of the system's buffer in which datagrams wait to be read. The system may grant less. */
            public abstract DataSize getReceiveBufferSize();

            /** Size of the system's buffer in which datagrams wait to be read. The system may grant less. */
            public abstract void setReceiveBufferSize(DataSize value);

            /** Size of the system's buffer in which datagrams wait to be sent. The system's default unless set. */
            public abstract DataSize getSendBufferSize();

            /** Size of the system's buffer in which datagrams wait to be sent. The system's default unless set. */
            public abstract void setSendBufferSize(DataSize value);

            /** The keys below {@code source.udp.token}. */
            public abstract Token getToken();

            /** The keys below {@code source.udp.token}. */
            public abstract void setToken(Token value);

            /** Traffic class of what is sent, from 0 to 255, such as 184 for expedited forwarding. The system's default unless set. */
            public abstract Integer getTrafficClass();

            /** Traffic class of what is sent, from 0 to 255, such as 184 for expedited forwarding. The system's default unless set. */
            public abstract void setTrafficClass(Integer value);

            /** The keys below {@code source.udp.token}. */
            abstract static class Token {

                /** Order of the bytes of a token that is a number. Network byte order, which is big-endian, unless set. */
                public abstract Endianness getByteOrder();

                /** Order of the bytes of a token that is a number. Network byte order, which is big-endian, unless set. */
                public abstract void setByteOrder(Endianness value);

                /** Class of the ids in tokens that are made of sender, offset and length. Integer up to 4 bytes, Long up to 8, and String otherwise, unless set. */
                public abstract Class<?> getIdType();

                /** Class of the ids in tokens that are made of sender, offset and length. Integer up to 4 bytes, Long up to 8, and String otherwise, unless set. */
                public abstract void setIdType(Class<?> value);

                /** How many bytes the token has. Goes with the offset. */
                public abstract Integer getLength();

                /** How many bytes the token has. Goes with the offset. */
                public abstract void setLength(Integer value);

                /** Where in the payload the token begins, in bytes from 0. Goes with the length. */
                public abstract Integer getOffset();

                /** Where in the payload the token begins, in bytes from 0. Goes with the length. */
                public abstract void setOffset(Integer value);

                /** Name of a TokenReader bean that reads the token. */
                public abstract String getReader();

                /** Name of a TokenReader bean that reads the token. */
                public abstract void setReader(String value);

                /** Whether the sender's address is the token or, with offset and length, a part of the token. */
                public abstract Boolean getSender();

                /** Whether the sender's address is the token or, with offset and length, a part of the token. */
                public abstract void setSender(Boolean value);
            }
        }
    }

    /** The keys below {@code tokens}. */
    abstract static class Tokens {

        /** How many bits issued tokens have: up to 64 for a Long, 32 for an Integer and 16 for a Short, 122 for a UUID, and 4 for each digit of a String. As many as the field that tokens are read from unless set. */
        public abstract Integer getBits();

        /** How many bits issued tokens have: up to 64 for a Long, 32 for an Integer and 16 for a Short, 122 for a UUID, and 4 for each digit of a String. As many as the field that tokens are read from unless set. */
        public abstract void setBits(Integer value);

        /** How the stage issues tokens to callers that bring none: so that they can't be guessed, or one after the other. None are issued unless set. */
        public abstract StageProperties.Tokens.Issue getIssue();

        /** How the stage issues tokens to callers that bring none: so that they can't be guessed, or one after the other. None are issued unless set. */
        public abstract void setIssue(StageProperties.Tokens.Issue value);

        /** Name of a TokenIssuer bean that issues the tokens instead. */
        public abstract String getIssuer();

        /** Name of a TokenIssuer bean that issues the tokens instead. */
        public abstract void setIssuer(String value);

        /** How long a token whose question ended without an answer is refused, unless the answer comes before: a time, or until-answered where the source can tell when an answer can't come any more. */
        public abstract String getRest();

        /** How long a token whose question ended without an answer is refused, unless the answer comes before: a time, or until-answered where the source can tell when an answer can't come any more. */
        public abstract void setRest(String value);

        /** How many tokens may rest until they are answered, before the connection is renewed. Half of those that can be issued, if these are fewer. */
        public abstract Integer getRestMost();

        /** How many tokens may rest until they are answered, before the connection is renewed. Half of those that can be issued, if these are fewer. */
        public abstract void setRestMost(Integer value);

        /** Whether a token may be used again at once although its last question was not answered. Only where the sender's address is the token unless set. */
        public abstract Reuse getReuse();

        /** Whether a token may be used again at once although its last question was not answered. Only where the sender's address is the token unless set. */
        public abstract void setReuse(Reuse value);
    }
}
