package com.example.sources;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Processes of their own, with the class path of this one; frugal, since several run at once. */
final class Jvm {

    private Jvm() {}

    /** One that is about to run a main class. */
    static ProcessBuilder of(Class<?> main, List<String> options, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx256m");
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(options);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }
}
