package io.github.exitleft.demo;

import io.github.exitleft.Stage;
import io.github.exitleft.demo.stun.LoopbackStunServers;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole demo on a free port, with properties and beans of the test's, and a client for it. */
final class RunningDemo implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final ConfigurableApplicationContext context;
    private final HttpClient client;
    private final int port;

    private RunningDemo(ConfigurableApplicationContext context) {
        this.context = context;
        this.port = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(20))
                .build();
    }

    static Setup with(String... properties) {
        return new Setup(properties);
    }

    static RunningDemo start(String... properties) {
        return with(properties).start();
    }

    /** What the test wants to be different. */
    static final class Setup {
        private final Map<String, String> properties = new LinkedHashMap<>();
        private final List<Object> beans = new ArrayList<>();

        private Setup(String... properties) {
            this.properties.put("server.port", "0");
            this.properties.put("spring.main.banner-mode", "off");
            this.properties.put("logging.level.root", "warn");
            for (String property : properties) {
                int equals = property.indexOf('=');
                this.properties.put(property.substring(0, equals), property.substring(equals + 1));
            }
        }

        Setup bean(Object bean) {
            beans.add(bean);
            return this;
        }

        RunningDemo start() {
            SpringApplication application = new SpringApplication(DemoApplication.class);
            application.setWebApplicationType(WebApplicationType.SERVLET);
            application.addInitializers(
                    context -> beans.forEach(bean -> register((GenericApplicationContext) context, bean)));
            String[] arguments = properties.entrySet().stream()
                    .map(property -> "--" + property.getKey() + "=" + property.getValue())
                    .toArray(String[]::new);
            return new RunningDemo(application.run(arguments));
        }

        @SuppressWarnings("unchecked") // an object's class is one that it is an instance of
        private static void register(GenericApplicationContext context, Object bean) {
            Class<Object> type = (Class<Object>) bean.getClass();
            String name = type.getSimpleName();
            context.registerBean(Character.toLowerCase(name.charAt(0)) + name.substring(1), type, () -> bean);
        }
    }

    int port() {
        return port;
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    HttpResponse<String> get(String path, String... headers) {
        try {
            return client.send(request(path, headers), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError("no response from " + path, e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    CompletableFuture<HttpResponse<String>> begin(String path, String... headers) {
        return client.sendAsync(request(path, headers), BodyHandlers.ofString());
    }

    private HttpRequest request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(60));
        return (headers.length == 0 ? request : request.headers(headers)).build();
    }

    JsonNode json(String path) {
        return JSON.readTree(get(path).body());
    }

    static JsonNode json(HttpResponse<String> response) {
        return JSON.readTree(response.body());
    }

    /** What the actuator shows of the stage. */
    JsonNode shown() {
        return json("/actuator/stages/stun");
    }

    /** The port of the stage, as the actuator shows it. */
    int udpPort() {
        String address = shown().path("source").path("localAddress").asString();
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    Stage<?, ?> stage() {
        return context.getBean("stun", Stage.class);
    }

    LoopbackStunServers servers() {
        return context.getBean(LoopbackStunServers.class);
    }

    /** One of the servers on loopback, as people write it. */
    String server(int index) {
        return ServerAddress.text(servers().addresses().get(index));
    }

    ConfigurableApplicationContext context() {
        return context;
    }

    @Override
    public void close() {
        context.close();
    }
}
