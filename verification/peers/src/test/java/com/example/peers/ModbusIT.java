package com.example.peers;

import static org.assertj.core.api.Assertions.assertThat;

import com.digitalpetri.modbus.pdu.ReadHoldingRegistersRequest;
import com.digitalpetri.modbus.pdu.ReadHoldingRegistersResponse;
import com.digitalpetri.modbus.server.ModbusRequestContext;
import com.digitalpetri.modbus.server.ModbusServices;
import com.digitalpetri.modbus.server.ModbusTcpServer;
import com.digitalpetri.modbus.tcp.server.NettyTcpServerTransport;
import io.github.exitleft.MessageOutcome;
import io.github.exitleft.Stage;
import io.github.exitleft.StageSnapshot;
import io.github.exitleft.tcp.Frame;
import io.github.exitleft.tcp.FrameTokens;
import io.github.exitleft.tcp.Framing;
import io.github.exitleft.tcp.TcpSender;
import io.github.exitleft.tcp.TcpSource;
import io.github.exitleft.testing.Patience;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A Modbus device whose registers hold twice their addresses, and callers that share one connection to it. */
class ModbusIT {

    private static final int CALLERS = 64;
    private static final int EACH = 50;
    private static final int READ_HOLDING_REGISTERS = 3;

    private final CompletableFuture<InetSocketAddress> address = new CompletableFuture<>();
    private final ModbusTcpServer device;

    ModbusIT() throws Exception {
        this.device = ModbusTcpServer.create(
                NettyTcpServerTransport.create(config -> config.setBindAddress("127.0.0.1")
                        .setPort(0)
                        .setBootstrapCustomizer(server -> server.handler(new Listening()))),
                new ModbusServices() {
                    @Override
                    public ReadHoldingRegistersResponse readHoldingRegisters(
                            ModbusRequestContext context, int unit, ReadHoldingRegistersRequest request) {
                        short value = (short) (2 * request.address());
                        return new ReadHoldingRegistersResponse(
                                ByteBuffer.allocate(Short.BYTES).putShort(value).array());
                    }
                });
        this.device.start();
    }

    /** Tells the port that the system has chosen. */
    private final class Listening extends ChannelInboundHandlerAdapter {

        @Override
        public void channelActive(ChannelHandlerContext context) throws Exception {
            ModbusIT.this.address.complete((InetSocketAddress) context.channel().localAddress());
            super.channelActive(context);
        }
    }

    @AfterEach
    void stop() throws Exception {
        this.device.stop();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void m13_readersOfRegisters_eachGetTheirOwn(int window) throws Exception {
        TcpSource source = TcpSource.builder()
                .remote(Patience.get(this.address))
                .framing(Framing.lengthField(4, 2))
                .open();
        try (Stage<Integer, Frame> stage = Stage.builder(
                        "device", Integer.class, source, FrameTokens.at(Integer.class, 0, 2))
                .issueSequence(16)
                .window(window)
                .defaultTimeout(Patience.LIMIT)
                .build()) {
            List<FutureTask<Void>> callers = new ArrayList<>();
            for (int caller = 0; caller < CALLERS; caller++) {
                int first = caller * EACH;
                callers.add(Callers.start(() -> {
                    for (int register = first; register < first + EACH; register++) {
                        assertThat(read(stage, register)).isEqualTo(2 * register);
                    }
                    return null;
                }));
            }
            for (FutureTask<Void> caller : callers) {
                Patience.get(caller);
            }
            assertThat(stage.snapshot(0).messages())
                    .containsEntry(MessageOutcome.DELIVERED, (long) CALLERS * EACH)
                    .containsEntry(MessageOutcome.UNKNOWN, 0L);
            assertThat(stage.snapshot(0).issued().live()).isZero();
            assertThat(stage.snapshot(0).window()).isEqualTo(new StageSnapshot.WindowState(window, 0, 0));
        }
    }

    private static int read(Stage<Integer, Frame> stage, int register) throws Exception {
        TcpSender sender = stage.backdoor(TcpSender.class);
        Frame answer = stage.call(id -> sender.send(ByteBuffer.allocate(12)
                // transaction, protocol 0, and the length, which the framing fills in
                .putShort((short) (int) id)
                .putInt(0)
                .put((byte) 1)
                .put((byte) READ_HOLDING_REGISTERS)
                .putShort((short) register)
                .putShort((short) 1)
                .flip()));
        return Short.toUnsignedInt(answer.getShort(9));
    }
}
