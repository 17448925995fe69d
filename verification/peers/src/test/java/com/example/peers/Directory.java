package com.example.peers;

import com.unboundid.asn1.ASN1Element;
import com.unboundid.asn1.ASN1Exception;
import com.unboundid.ldap.protocol.AbandonRequestProtocolOp;
import com.unboundid.ldap.protocol.BindRequestProtocolOp;
import com.unboundid.ldap.protocol.ExtendedRequestProtocolOp;
import com.unboundid.ldap.protocol.LDAPMessage;
import com.unboundid.ldap.protocol.ProtocolOp;
import com.unboundid.ldap.protocol.SearchRequestProtocolOp;
import com.unboundid.ldap.protocol.SearchResultDoneProtocolOp;
import com.unboundid.ldap.protocol.SearchResultEntryProtocolOp;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.extensions.StartTLSExtendedRequest;
import io.github.exitleft.CallOptions;
import io.github.exitleft.Stage;
import io.github.exitleft.TokenReader;
import io.github.exitleft.Until;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.HeartbeatQuestion;
import io.github.exitleft.tcp.Opening;
import io.github.exitleft.tcp.TcpSender;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** An LDAP directory, which any number of threads ask over one connection. */
final class Directory {

    private final Stage<Integer, Frame> stage;

    Directory(Stage<Integer, Frame> stage) {
        this.stage = stage;
    }

    /** What the stage needs to know of LDAP; the messages are UnboundID's. */
    @Configuration(proxyBeanMethods = false)
    static class Ldap {

        // @start region="ldap-beans"
        @Bean
        TokenReader<Integer, Frame> messageId() {
            TokenReader<Integer, Frame> id = frame -> message(frame).getMessageID();
            return id.withEvents(frame -> message(frame).getMessageID() == 0);
        }

        @Bean
        Opening bind() {
            return server -> {
                server.send(bytes(OWN_ID, new BindRequestProtocolOp("cn=admin,dc=example", "no-secret")));
                Frame answer = server.receive(Duration.ofSeconds(5));
                int result = message(answer).getBindResponseProtocolOp().getResultCode();
                if (result != ResultCode.SUCCESS_INT_VALUE) {
                    throw new IOException("bind was refused: " + ResultCode.valueOf(result));
                }
            };
        }

        @Bean
        HeartbeatQuestion<Integer> rootSearch() {
            var nothing = new SearchRequest("", SearchScope.BASE, Filter.createORFilter(), "1.1");
            return (stage, timeout) -> stage.callAsync(
                    CallOptions.<Frame>defaults().timeout(timeout),
                    id -> stage.backdoor(TcpSender.class).send(bytes(id, new SearchRequestProtocolOp(nothing))));
        }
        // @end

        // @start region="ldap-start-tls"
        @Bean
        Opening startTlsAndBind(Opening bind) {
            return server -> {
                var startTls = new ExtendedRequestProtocolOp(StartTLSExtendedRequest.STARTTLS_REQUEST_OID, null);
                server.send(bytes(OWN_ID, startTls));
                Frame answer = server.receive(Duration.ofSeconds(5));
                int result = message(answer).getExtendedResponseProtocolOp().getResultCode();
                if (result != ResultCode.SUCCESS_INT_VALUE) {
                    throw new IOException("StartTLS was refused: " + ResultCode.valueOf(result));
                }
                server.startTls();
                bind.open(server);
            };
        }
        // @end
    }

    // @start region="ldap-search"
    /** Returns the entries that a search finds. One that is given up is abandoned, so that the server stops too. */
    List<SearchResultEntryProtocolOp> search(String base, Filter filter) throws Exception {
        var question = new SearchRequestProtocolOp(new SearchRequest(base, SearchScope.SUB, filter, "*"));
        TcpSender port = stage.backdoor(TcpSender.class);
        var asked = new AtomicInteger();
        CallOptions<Frame> options = CallOptions.<Frame>defaults().onGiveUp(why -> abandon(port, asked.get()));
        Until<Frame> done =
                Until.matches(frame -> message(frame).getProtocolOp() instanceof SearchResultDoneProtocolOp);
        List<SearchResultEntryProtocolOp> found = new ArrayList<>();
        for (Frame frame : stage.gather(options, done, id -> {
                    asked.set(id);
                    port.send(bytes(id, question));
                })
                .messages()) {
            if (message(frame).getProtocolOp() instanceof SearchResultEntryProtocolOp entry) {
                found.add(entry);
            }
        }
        return found;
    }

    private static void abandon(TcpSender port, int id) {
        try {
            port.send(bytes(OWN_ID, new AbandonRequestProtocolOp(id)));
        } catch (IOException e) {
            // the connection is gone, and with it the search
        }
    }

    // @end

    // @start region="ldap-messages"
    /** Of messages that no thread waits for the answer of; the stage issues smaller ones. */
    static final int OWN_ID = 1 << 30;

    static byte[] bytes(int id, ProtocolOp op) {
        return new LDAPMessage(id, op).encode().encode();
    }

    static LDAPMessage message(Frame frame) {
        try {
            return LDAPMessage.decode(ASN1Element.decode(frame.toByteArray()));
        } catch (ASN1Exception | LDAPException e) {
            throw new IllegalArgumentException("the frame is no LDAP message", e);
        }
    }
    // @end
}
