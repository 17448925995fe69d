package com.example.sources;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Processes of their own, with the class path of this one; frugal, since several run at once. */
final class Jvm {

    static final String CLASS_PATH = System.getProperty("java.class.path");

    private Jvm() {}

    /** One that is about to run a main class. */
    static ProcessBuilder of(Class<?> main, List<String> options, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx256m");
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(options);
        command.add(main.getName());
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command);
        builder.environment().put("CLASSPATH", CLASS_PATH);
        return builder;
    }

    /** Adds a folder to the class path. */
    static ProcessBuilder with(Path classes, ProcessBuilder builder) {
        builder.environment()
                .merge("CLASSPATH", classes.toString(), (path, folder) -> folder + File.pathSeparator + path);
        return builder;
    }
}
