package io.github.exitleft;

import io.github.exitleft.test.QueueSource;
import java.io.IOException;

/** A program that does what could be recorded, for a virtual machine that can't. */
final class WithoutFlightRecorder {

    private WithoutFlightRecorder() {}

    /** Asks a stage in memory, and prints what becomes of that. */
    public static void main(String[] args) throws Exception {
        System.out.println(
                "- flight recorder: " + ModuleLayer.boot().findModule("jdk.jfr").isPresent());
        var source = new QueueSource<String>();
        try (Stage<String, String> stage = Stage.<String, String>builder(
                        "alone", String.class, source, message -> message)
                .onFailure(OnFailure.FAIL_ALL)
                .keeper(Keeper.OFF)
                .build()) {
            System.out.println("- call: "
                    + stage.call("answer", () -> {
                        source.add("for nobody");
                        source.add("answer");
                    }));
            stage.keeper(Keeper.ALWAYS);
            System.out.println("- future: "
                    + stage.callAsync("answer", () -> source.add("answer")).get());
            stage.keeper(Keeper.OFF);
            try {
                stage.call("unanswered", () -> source.fail(new IOException("gone")));
            } catch (SourceFailedException e) {
                System.out.println("- failure: " + e.getCause());
            }
            System.out.println("- reopened: " + reopened(stage, source));
            StageSnapshot snapshot = stage.snapshot(0);
            System.out.println("- exits: "
                    + snapshot.exits().values().stream()
                            .mapToLong(Long::longValue)
                            .sum());
            System.out.println("- unknown: " + snapshot.messages().get(MessageOutcome.UNKNOWN));
            System.out.println("- failed callbacks: " + snapshot.role().callbackFailures());
        }
    }

    /** Asks until the stage tries its source again, which takes a second. */
    private static String reopened(Stage<String, String> stage, QueueSource<String> source) throws Exception {
        while (true) {
            try {
                return stage.call("again", () -> source.add("again"));
            } catch (SourceFailedException e) {
                Thread.yield();
            }
        }
    }
}
