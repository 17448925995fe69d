package io.github.exitleft.benchmarks;

import io.github.exitleft.Keeper;
import io.github.exitleft.Promotion;
import io.github.exitleft.benchmarks.Load.Part;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The contenders, and the loads under which each takes part. */
final class Roster {

    /**
     * A contender.
     *
     * @param id its name on the command line
     * @param name its name in tables
     * @param factory makes one
     * @param fits under which loads it takes part
     */
    record Entry(String id, String name, Contender.Factory factory, Predicate<Load> fits) {

        /** Returns whether it is ours with other settings. */
        boolean isVariant() {
            return id.startsWith(OURS + "-");
        }
    }

    private static final Predicate<Load> ANY = load -> load.part() == Part.PORT;
    private static final Predicate<Load> ONE = ANY.and(load -> load.callers() == 1);
    private static final Predicate<Load> MANY = ANY.and(load -> load.callers() > 1);
    private static final Predicate<Load> SOME =
            ANY.and(load -> load.callers() > 2 && load.callers() != 1_000 && !load.isOpen());
    private static final Predicate<Load> KEEPER = load -> load.part() == Part.KEEPER;
    private static final Predicate<Load> OBSERVED = load -> load.part() == Part.OBSERVED;
    private static final Predicate<Load> TCP = load -> load.part() == Part.TCP;
    private static final Predicate<Load> KAFKA = load -> load.part() == Part.KAFKA;

    /** More connections than this a round, and the system has no ports left until old ones are forgotten. */
    private static final int MOST_CONNECTIONS = 1_000;

    /** The stage with its default settings. */
    static final String OURS = "stage";

    /**
     * How long an idle keeper leaves the reading to callers: longer than an answer takes, shorter than the time between
     * rare requests.
     */
    static final Duration KEEPER_IDLE = Duration.ofMillis(5);

    private Roster() {}

    static Entry named(String id) {
        return all().stream()
                .filter(entry -> entry.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no contender is called '" + id + "'; there are "
                        + all().stream().map(Entry::id).toList()));
    }

    static List<Entry> all() {
        List<Entry> all = new ArrayList<>();
        all.add(new Entry("floor-blocking", "floor, blocking receive", OwnSocket::blocking, ONE));
        all.add(new Entry("floor-connected", "floor, connected, blocking read", OwnSocket::connected, ONE));
        all.add(new Entry("floor-select", "floor, select + receive", OwnSocket::selecting, ONE));
        all.add(new Entry("socket-per-thread", "socket per thread", OwnSocket::blocking, MANY));
        all.add(new Entry("socket-per-request", "socket per request", SocketPerRequest::new, ANY));
        all.add(new Entry("reader-timed", "dedicated reader, timed waits", DedicatedReader::timed, ANY));
        all.add(new Entry("reader-untimed", "dedicated reader, untimed waits", DedicatedReader::untimed, ANY));
        if (Processors.areLinux()) {
            all.add(new Entry(
                    "best-reader", "best reader: several channels, untimed waits", DedicatedReader::best, ANY));
        }
        all.add(new Entry("netty", "Netty, map of promises", NettyContender::nio, ANY));
        if (NettyContender.hasEpoll()) {
            all.add(new Entry("netty-epoll", "Netty, native epoll", NettyContender::epoll, ANY));
        }
        all.add(new Entry(
                "spring-integration", "Spring Integration, map of futures", SpringIntegrationContender::new, ANY));
        all.add(new Entry(
                "stage",
                "**stage**",
                StageContender.with(UnaryOperator.identity()),
                ANY.or(KEEPER).or(OBSERVED)));
        all.add(new Entry("outlets-1", "stage, outlets 1", StageContender.with(UnaryOperator.identity(), 1), MANY));
        String before = System.getProperty(FormerStage.PROPERTY, "");
        if (!before.isEmpty()) {
            all.add(new Entry("before", "stage, before", FormerStage.of(Path.of(before)), ANY));
        }
        all.add(new Entry("stage-issued", "stage, issued tokens", StageContender.issuing(), SOME));
        all.add(new Entry(
                "stage-window",
                "stage, window that is never full",
                StageContender.with(stage -> stage.window(100_000)),
                SOME));
        for (Promotion promotion : Promotion.values()) {
            for (int drain : new int[] {0, 8, 32, 128}) {
                String name = promotion.name().toLowerCase(Locale.ROOT);
                all.add(new Entry(
                        "stage-" + name + "-" + drain,
                        "stage, " + name + ", drain " + drain,
                        StageContender.with(stage -> stage.promotion(promotion).drain(drain)),
                        SOME));
            }
        }
        all.add(new Entry(
                "keeper-idle",
                "stage, keeper idle",
                StageContender.with(stage -> stage.keeper(Keeper.IDLE).keeperIdle(KEEPER_IDLE)),
                KEEPER));
        all.add(new Entry(
                "keeper-always",
                "stage, keeper always",
                StageContender.with(stage -> stage.keeper(Keeper.ALWAYS)),
                KEEPER));
        all.add(new Entry("observed-off", "stage of Spring Boot, no handler", ObservedContender::untraced, OBSERVED));
        all.add(new Entry("observed-traced", "the same, each call traced", ObservedContender::traced, OBSERVED));
        all.add(new Entry(
                "observed-by-hand", "the same, each call traced by hand", ObservedContender::tracedByHand, OBSERVED));
        all.addAll(overTcp());
        all.add(new Entry("kafka-template", "ReplyingKafkaTemplate", KafkaTemplateContender::documented, KAFKA));
        all.add(new Entry(
                "kafka-template-assigned", "ReplyingKafkaTemplate, assigned", KafkaTemplateContender::assigned, KAFKA));
        all.add(new Entry("kafka-stage", "**stage**", KafkaStageContender::new, KAFKA));
        return all;
    }

    private static List<Entry> overTcp() {
        return List.of(
                new Entry(
                        "tcp-bare",
                        "floor, write + select + read",
                        OwnConnection::selecting,
                        TCP.and(load -> load.callers() == 1)),
                new Entry(
                        "tcp-own",
                        "connection per thread",
                        OwnConnection::blocking,
                        TCP.and(load -> load.callers() <= MOST_CONNECTIONS)),
                new Entry("tcp-reader-timed", "dedicated reader, timed waits", TcpReader::timed, TCP),
                new Entry("tcp-reader", "dedicated reader, untimed waits", TcpReader::untimed, TCP),
                new Entry(
                        "tcp-reader-source",
                        "dedicated reader over the stage's source, untimed waits",
                        TcpSourceReader::untimed,
                        TCP),
                new Entry("tcp-netty", "Netty, map of promises", TcpNettyContender::flushing, TCP),
                new Entry(
                        "tcp-netty-consolidating",
                        "Netty, flushes consolidated",
                        TcpNettyContender::consolidating,
                        TCP),
                new Entry("tcp-integration", "Spring Integration, map of futures", TcpIntegrationContender::new, TCP),
                new Entry("tcp-stage", "**stage**", TcpStageContender::new, TCP));
    }
}
