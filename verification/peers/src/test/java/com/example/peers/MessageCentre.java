package com.example.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jsmpp.PDUStringException;
import org.jsmpp.SMPPConstant;
import org.jsmpp.bean.Bind;
import org.jsmpp.bean.SubmitSm;
import org.jsmpp.util.DefaultComposer;
import org.jsmpp.util.DefaultDecomposer;

/**
 * A message centre that speaks SMPP 3.4 with one client and throttles it: of the messages that are submitted while as many as it
 * allows are unanswered, it accepts none.
 *
 * <p>It holds its answers until it is told to give them.
 */
final class MessageCentre implements AutoCloseable {

    private final int allowed;
    private final ServerSocket server;
    private final DefaultComposer composer = new DefaultComposer();
    private final DefaultDecomposer decomposer = new DefaultDecomposer();
    private final ExecutorService answering = Executors.newFixedThreadPool(4);

    /** Accepted and neither answered nor about to be. Guarded by this, as all that follows and what is written. */
    private final List<SubmitSm> held = new ArrayList<>();

    private Socket client;
    private boolean holding = true;
    private int unanswered;
    private int accepted;
    private int throttled;
    private int linkAnswers;
    private String failure;

    /**
     * Opens one on loopback.
     *
     * @param allowed how many messages may be unanswered
     */
    MessageCentre(int allowed) throws IOException {
        this.allowed = allowed;
        this.server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        Thread thread = new Thread(this::serve, "message centre");
        thread.setDaemon(true);
        thread.start();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) this.server.getLocalSocketAddress();
    }

    private void serve() {
        try (Socket socket = this.server.accept()) {
            synchronized (this) {
                this.client = socket;
            }
            var in = new DataInputStream(socket.getInputStream());
            while (true) {
                int length = in.readInt();
                byte[] pdu = new byte[length];
                ByteBuffer.wrap(pdu).putInt(length);
                in.readFully(pdu, Integer.BYTES, length - Integer.BYTES);
                handle(pdu);
            }
        } catch (EOFException e) {
            // the client has left
        } catch (IOException | PDUStringException | RuntimeException e) {
            synchronized (this) {
                this.failure = this.server.isClosed() ? this.failure : e.toString();
            }
        }
    }

    private synchronized void handle(byte[] pdu) throws IOException, PDUStringException {
        int command = ByteBuffer.wrap(pdu).getInt(Smpp.COMMAND);
        int sequence = ByteBuffer.wrap(pdu).getInt(Smpp.SEQUENCE);
        switch (command) {
            case SMPPConstant.CID_BIND_TRANSCEIVER -> {
                Bind bind = this.decomposer.bind(pdu);
                write(this.composer.bindResp(
                        SMPPConstant.CID_BIND_TRANSCEIVER_RESP, sequence, "centre of " + bind.getSystemId()));
            }
            case SMPPConstant.CID_SUBMIT_SM -> submitted(this.decomposer.submitSm(pdu));
            case SMPPConstant.CID_ENQUIRE_LINK -> write(this.composer.enquireLinkResp(sequence));
            case SMPPConstant.CID_ENQUIRE_LINK_RESP -> this.linkAnswers++;
            default -> write(this.composer.genericNack(SMPPConstant.STAT_ESME_RINVCMDID, sequence));
        }
    }

    private void submitted(SubmitSm message) throws IOException {
        if (this.unanswered == this.allowed) {
            this.throttled++;
            write(this.composer.composeHeader(
                    SMPPConstant.CID_SUBMIT_SM_RESP, SMPPConstant.STAT_ESME_RTHROTTLED, message.getSequenceNumber()));
            return;
        }
        this.unanswered++;
        this.accepted++;
        if (this.holding) {
            this.held.add(message);
        } else {
            this.answering.execute(() -> answer(message));
        }
    }

    private synchronized void answer(SubmitSm message) {
        this.unanswered--;
        try {
            write(this.composer.submitSmResp(
                    message.getSequenceNumber(), "id of " + new String(message.getShortMessage(), UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (PDUStringException e) {
            throw new IllegalStateException(e);
        }
    }

    private void write(byte[] pdu) throws IOException {
        this.client.getOutputStream().write(pdu);
    }

    /** Answers what it holds, in any order, and from now on everything as soon as it can. */
    synchronized void answerAll() {
        this.holding = false;
        Collections.shuffle(this.held);
        this.held.forEach(message -> this.answering.execute(() -> answer(message)));
        this.held.clear();
    }

    /** Asks whether the client is still there. */
    synchronized void enquireLink(int sequence) throws IOException {
        write(this.composer.enquireLink(sequence));
    }

    synchronized int accepted() {
        return this.accepted;
    }

    synchronized int throttled() {
        return this.throttled;
    }

    /** Returns how many of its own enquiries have been answered. */
    synchronized int linkAnswers() {
        return this.linkAnswers;
    }

    /** Returns why it ended; null unless it failed. */
    synchronized String failure() {
        return this.failure;
    }

    @Override
    public void close() throws IOException {
        this.server.close();
        synchronized (this) {
            if (this.client != null) {
                this.client.close();
            }
        }
        this.answering.shutdownNow();
    }
}
