package com.example.sources;

import io.github.exitleft.CallOptions;
import io.github.exitleft.Stage;
import io.github.exitleft.StageSnapshot;
import io.github.exitleft.StageTimeoutException;
import io.github.exitleft.spring.boot.autoconfigure.ExitLeftAutoConfiguration;
import io.github.exitleft.spring.boot.kafka.KafkaSender;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * One of several instances of an application, in a process of its own. It takes a command a line from its standard input,
 * answers each with a line, and ends with its input, and so with the process that started it.
 */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({KafkaAutoConfiguration.class, ExitLeftAutoConfiguration.class})
class InstanceMain {

    private static final int CALLERS = 64;

    private final Stage<String, ConsumerRecord<String, String>> rpc;
    private final KafkaSender sender;
    private final String name;
    private final String requests;
    private final AtomicInteger numbers = new AtomicInteger();

    InstanceMain(
            Stage<String, ConsumerRecord<String, String>> rpc,
            @Value("${name}") String name,
            @Value("${requests}") String requests) {
        this.rpc = rpc;
        this.sender = rpc.backdoor(KafkaSender.class);
        this.name = name;
        this.requests = requests;
    }

    /** Arguments: properties of the application. */
    public static void main(String[] arguments) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err); // which is where the log belongs
        try (ConfigurableApplicationContext context = SpringApplication.run(InstanceMain.class, arguments)) {
            answers.println("ready");
            context.getBean(InstanceMain.class).obey(answers);
        }
    }

    private void obey(PrintStream answers) throws Exception {
        var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            String[] words = command.split(" ");
            answers.println(
                    switch (words[0]) {
                        case "ask" -> "right " + byManyThreads(Integer.parseInt(words[1]), this::ask);
                        case "hurry" -> "gave up " + byManyThreads(Integer.parseInt(words[1]), this::hurry);
                        case "count" -> count();
                        default -> throw new IOException("no command: " + command);
                    });
        }
    }

    /** How many times of so many it was true. */
    private static int byManyThreads(int times, Callable<Boolean> action) throws Exception {
        var left = new AtomicInteger(times);
        List<FutureTask<Integer>> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            callers.add(Threads.start(() -> {
                int good = 0;
                while (left.getAndDecrement() > 0) {
                    good += action.call() ? 1 : 0;
                }
                return good;
            }));
        }
        int good = 0;
        for (FutureTask<Integer> caller : callers) {
            good += caller.get();
        }
        return good;
    }

    private boolean ask() throws InterruptedException {
        String token = this.name + "-" + this.numbers.incrementAndGet();
        ConsumerRecord<String, String> answer = this.rpc.call(token, () -> send(token));
        return answer.value().equals("QUESTION " + token.toUpperCase());
    }

    /** Asks, but does not wait long enough. */
    private boolean hurry() throws InterruptedException {
        String token = this.name + "-late-" + this.numbers.incrementAndGet();
        try {
            this.rpc.call(
                    token,
                    CallOptions.<ConsumerRecord<String, String>>defaults().timeout(Duration.ofMillis(10)),
                    () -> send(token));
            return false;
        } catch (StageTimeoutException e) {
            return true;
        }
    }

    private void send(String token) {
        this.sender.send(this.requests, "question " + token, token);
    }

    private String count() {
        StageSnapshot snapshot = this.rpc.snapshot(0);
        return snapshot.messages() + " waiters=" + snapshot.role().waiters() + " tickets="
                + snapshot.role().tickets();
    }
}
