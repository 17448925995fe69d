package com.example.sources;

import java.io.IOException;
import kafka.Kafka;
import kafka.tools.StorageTool;

/** Runs a Kafka broker, and ends it when the parent process is gone. */
final class BrokerMain {

    private BrokerMain() {}

    /** Arguments: the file with the broker's properties, and the id of its cluster. */
    public static void main(String[] arguments) {
        Thread watch = new Thread(
                () -> {
                    try {
                        while (System.in.read() >= 0) {}
                    } catch (IOException e) {
                        // gone as well
                    }
                    Runtime.getRuntime().halt(0);
                },
                "parent-watch");
        watch.setDaemon(true);
        watch.start();
        int status = StorageTool.execute(
                new String[] {"format", "--ignore-formatted", "-t", arguments[1], "-c", arguments[0]}, System.out);
        if (status != 0) {
            throw new IllegalStateException("the broker's storage can't be formatted");
        }
        Kafka.main(new String[] {arguments[0]});
    }
}
