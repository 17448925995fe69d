package io.github.exitleft;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SliceRule;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Arrows between the packages go one way, and only what users need is public. */
class ArchitectureTests {

    /** The primitive's classes; those nested in them belong to it too. */
    private static final Set<String> PRIMITIVE = Set.of(
            "BareKeeper",
            "BareListener",
            "BareSnapshot",
            "BareStage",
            "BareStageBuilder",
            "BareTicket",
            "Callbacks",
            "Closer",
            "Closing",
            "DeadlineHeap",
            "DeadlineTimer",
            "DeadlineTimerThread",
            "Deadlines",
            "Director",
            "Exit",
            "Generation",
            "Generations",
            "GuardedState",
            "HeadRoutine",
            "KeeperWaiter",
            "Outcome",
            "Parker",
            "Parking",
            "Promotion",
            "RecordedEvents",
            "Recorder",
            "ReentrancyGuard",
            "Registration",
            "Registrations",
            "Role",
            "RoleStats",
            "ResourceHooks",
            "SharedBuffer",
            "SourceFailedException",
            "StageClosedException",
            "StageLock",
            "BareParts",
            "StackProbe",
            "SureLock",
            "Texts",
            "TicketTable",
            "TicketWaiter",
            "TokenInUseException",
            "TooManyTicketsException",
            "VirtualThreads",
            "Waiter",
            "WaiterQueue");

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.github.exitleft");

    @Test
    void primitive_knowsNeitherMessagesNorSources() {
        classes()
                .that(belongTo("the primitive", PRIMITIVE))
                .should()
                .onlyDependOnClassesThat(
                        belongTo("the primitive", PRIMITIVE).or(resideOutsideOfPackage("io.github.exitleft..")))
                .check(CORE);
    }

    @Test
    void messageStage_knowsNoSourceInParticular() {
        noClasses()
                .that()
                .resideInAPackage("io.github.exitleft")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.github.exitleft.udp", "io.github.exitleft.tcp")
                .check(CORE);
    }

    @Test
    void sources_useTheMessageStageAndNotThePrimitiveNorEachOther() {
        for (String source : List.of("io.github.exitleft.tcp", "io.github.exitleft.udp")) {
            classes()
                    .that()
                    .resideInAPackage(source)
                    .should()
                    .onlyDependOnClassesThat(resideInAPackage(source)
                            .or(resideOutsideOfPackage("io.github.exitleft.."))
                            // the seam to a stage's timer
                            .or(resideInAPackage("io.github.exitleft.internal"))
                            .or(resideInAPackage("io.github.exitleft").and(not(belongTo("the primitive", PRIMITIVE)))))
                    .check(CORE);
        }
    }

    /** What a class may know although it is known by that, and why. */
    private static final Map<String, String> RINGS = Map.ofEntries(
            entry("StageBuilder -> Stage", "builds what begins it"),
            entry("BareStageBuilder -> BareStage", "builds what begins it"),
            entry("Timer -> JvmTimer", "names the one that all stages have"),
            entry("Line -> Queued", "is a queue of what knows its line"),
            entry("Line -> QueuedList", "is a queue of what knows its line"),
            entry("IssuedTokens -> NumberedTokens", "gives out one of its two kinds"),
            entry("IssuedTokens -> SparseTokens", "gives out one of its two kinds"),
            entry("tcp.TcpSource -> tcp.TcpSender", "gives out its handle for sending"),
            entry("tcp.TcpSource -> tcp.Connections", "is told of what its connections read"),
            entry("tcp.TcpSource -> tcp.Traffic", "is told of what its connections read"),
            entry("tcp.TcpSource -> tcp.Dialler", "is told of what its connections read"),
            entry("tcp.Framing -> tcp.Ber", "gives out its kinds"),
            entry("tcp.Framing -> tcp.FixedSize", "gives out its kinds"),
            entry("tcp.Framing -> tcp.FrameBuffer", "gives out its kinds"),
            entry("tcp.Framing -> tcp.LengthField", "gives out its kinds"),
            entry("tcp.Framing -> tcp.Marks", "gives out its kinds"));

    @Test
    void classes_knowEachOtherInNoRing() {
        SliceRule rule = slices().assignedFrom(TOP_LEVEL_CLASSES).should().beFreeOfCycles();
        for (String exception : RINGS.keySet()) {
            String[] ends = exception.split(" -> ");
            rule = rule.ignoreDependency(
                    describe("are " + ends[0], type -> name(type).equals(ends[0])),
                    describe("are " + ends[1], type -> name(type).equals(ends[1])));
        }
        rule.check(CORE);
    }

    private static final SliceAssignment TOP_LEVEL_CLASSES = new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return SliceIdentifier.of(name(type));
        }

        @Override
        public String getDescription() {
            return "classes of the core, each with those nested in it,";
        }
    };

    /** The name of a class, or of the outermost around it, without the core's package. */
    private static String name(JavaClass type) {
        return outermost(type.getBaseComponentType()).getName().replace("io.github.exitleft.", "");
    }

    /** Classes of these names, and those nested in them. */
    private static DescribedPredicate<JavaClass> belongTo(String layer, Set<String> names) {
        return describe("belong to " + layer, type -> {
            JavaClass outer = outermost(type.getBaseComponentType());
            return outer.getPackageName().equals("io.github.exitleft") && names.contains(outer.getSimpleName());
        });
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTests::outermost).orElse(type);
    }

    @Test
    void core_needsNothingButTheJvmAndJspecify() {
        classes()
                .that(not(belongTo("what is recorded", Set.of("RecordedEvents"))))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.github.exitleft..", "java..", "org.jspecify..")
                .check(CORE);
    }

    /** So that all else works where the module jdk.jfr is absent. */
    @Test
    void flightRecorder_isKnownInOnePlace() {
        classes()
                .that(belongTo("what is recorded", Set.of("RecordedEvents")))
                .should()
                .onlyHaveDependentClassesThat(belongTo("the recorder", Set.of("Recorder", "RecordedEvents")))
                .andShould()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.github.exitleft..", "java..", "jdk.jfr", "org.jspecify..")
                .check(CORE);
    }

    @Test
    void s17_noMethod_isSynchronized() {
        noMethods().should().haveModifier(JavaModifier.SYNCHRONIZED).check(CORE);
    }

    @Test
    void publicTypes_areTheseAndNoOthers() {
        assertThat(CORE.stream()
                        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                        .filter(type -> type.getEnclosingClass()
                                .map(outer -> outer.getModifiers().contains(JavaModifier.PUBLIC))
                                .orElse(true))
                        .filter(type -> !type.isAnonymousClass())
                        .map(JavaClass::getName)
                        .map(name -> name.substring("io.github.exitleft.".length()))
                        .filter(name -> !name.endsWith("package-info")))
                .containsExactlyInAnyOrder(
                        "AsyncIssuedSender",
                        "Answer",
                        "AsyncSender",
                        "BoundSender",
                        "CallOptions",
                        "CallKind",
                        "CallObservation",
                        "CallObservation$Event",
                        "CarrierLostException",
                        "Carriers",
                        "Carriers$Carrier",
                        "ContextCapture",
                        "ErrorReplyException",
                        "EventHandler",
                        "ForwardingSource",
                        "GatherFailedException",
                        "Gathered",
                        "Gathered$End",
                        "GiveUp",
                        "IssuedSender",
                        "Keeper",
                        "internal.Audience", // to the packages of this module
                        "internal.StageLife", // to the packages of this module
                        "internal.StageTime", // to exit-left-test alone
                        "MessageOutcome",
                        "OnFailure",
                        "Overflow",
                        "PeerToken",
                        "Question",
                        "Received",
                        "ReplyClassifier",
                        "Resends",
                        "Reuse",
                        "SendFailedException",
                        "Sender",
                        "Source",
                        "Stage",
                        "StageBuilder",
                        "StageListener",
                        "StageObserver",
                        "StageSnapshot",
                        "StageSnapshot$IssuedState",
                        "StageSnapshot$Load",
                        "StageSnapshot$Pending",
                        "StageSnapshot$Refusal",
                        "StageSnapshot$WindowState",
                        "StageTimeoutException",
                        "Ticket",
                        "TokenIssuer",
                        "Tickets",
                        "Tickets$First",
                        "TokenReader",
                        "TransientSourceException",
                        "Unclaimed",
                        "Until",
                        "UnreadableMessageException",
                        "BareKeeper",
                        "BareListener",
                        "BareSnapshot",
                        "BareSnapshot$Head",
                        "BareSnapshot$Outage",
                        "BareSnapshot$State",
                        "BareSnapshot$Waiting",
                        "BareStage",
                        "BareStageBuilder",
                        "BareStageBuilder$Closer",
                        "BareTicket",
                        "Director",
                        "Exit",
                        "Exit$Finished",
                        "Exit$Signalled",
                        "Exit$TimedOut",
                        "HeadRoutine",
                        "Outcome",
                        "Promotion",
                        "SourceFailedException",
                        "StageClosedException",
                        "TokenInUseException",
                        "TooManyTicketsException",
                        "tcp.Frame",
                        "tcp.FrameTokens",
                        "tcp.Framing",
                        "tcp.FramingException",
                        "tcp.HeartbeatQuestion",
                        "tcp.Opening",
                        "tcp.Opening$Peer",
                        "tcp.Pick",
                        "tcp.TcpHeartbeat",
                        "tcp.TcpSender",
                        "tcp.TcpSender$Sink",
                        "tcp.TcpSource",
                        "tcp.TcpSource$Builder",
                        "tcp.Transport",
                        "tcp.Transport$Factory",
                        "udp.Datagram",
                        "udp.DatagramTokens",
                        "udp.UdpSocket",
                        "udp.UdpSocket$Sink",
                        "udp.UdpSource",
                        "udp.UdpSource$Builder");
    }
}
