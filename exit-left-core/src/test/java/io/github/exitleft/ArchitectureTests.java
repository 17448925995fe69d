package io.github.exitleft;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Arrows between the packages go one way, and only what users need is public. */
class ArchitectureTests {

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.github.exitleft");

    @Test
    void primitive_knowsNeitherMessagesNorSources() {
        noClasses()
                .that()
                .resideInAPackage("io.github.exitleft.bare")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.github.exitleft", "io.github.exitleft.udp", "io.github.exitleft.tcp")
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
    void tcp_usesTheMessageStageAndNeitherThePrimitiveNorUdp() {
        noClasses()
                .that()
                .resideInAPackage("io.github.exitleft.tcp")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.github.exitleft.bare", "io.github.exitleft.udp")
                .check(CORE);
    }

    @Test
    void udp_usesTheMessageStageAndNotThePrimitive() {
        noClasses()
                .that()
                .resideInAPackage("io.github.exitleft.udp")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.github.exitleft.bare")
                .check(CORE);
    }

    @Test
    void core_needsNothingButTheJvmAndJspecify() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.github.exitleft..", "java..", "org.jspecify..")
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
                        "AsyncSender",
                        "CallOptions",
                        "ContextCapture",
                        "ErrorReplyException",
                        "Keeper",
                        "MessageOutcome",
                        "OnFailure",
                        "Overflow",
                        "QueueSource",
                        "Received",
                        "ReplyClassifier",
                        "Resends",
                        "SendFailedException",
                        "Sender",
                        "Source",
                        "Stage",
                        "StageBuilder",
                        "StageListener",
                        "StageSnapshot",
                        "StageTimeoutException",
                        "Ticket",
                        "TokenReader",
                        "TransientSourceException",
                        "Unclaimed",
                        "UnreadableMessageException",
                        "bare.BareKeeper",
                        "bare.BareListener",
                        "bare.BareSnapshot",
                        "bare.BareSnapshot$Head",
                        "bare.BareSnapshot$Outage",
                        "bare.BareSnapshot$State",
                        "bare.BareSnapshot$Waiting",
                        "bare.BareStage",
                        "bare.BareStageBuilder",
                        "bare.BareStageBuilder$Closer",
                        "bare.BareTicket",
                        "bare.Director",
                        "bare.Exit",
                        "bare.Exit$Finished",
                        "bare.Exit$Signalled",
                        "bare.Exit$TimedOut",
                        "bare.HeadRoutine",
                        "bare.Outcome",
                        "bare.Promotion",
                        "bare.SourceFailedException",
                        "bare.StageClosedException",
                        "bare.TokenInUseException",
                        "bare.TooManyTicketsException",
                        "tcp.Frame",
                        "tcp.FrameTokens",
                        "tcp.Framing",
                        "tcp.FramingException",
                        "tcp.Opening",
                        "tcp.Opening$Peer",
                        "tcp.TcpSender",
                        "tcp.TcpSource",
                        "tcp.TcpSource$Builder",
                        "udp.Datagram",
                        "udp.DatagramTokens",
                        "udp.UdpSocket",
                        "udp.UdpSource",
                        "udp.UdpSource$Builder");
    }
}
