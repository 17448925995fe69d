package io.github.exitleft.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exitleft.TokenIssuer;
import io.github.exitleft.spring.boot.source.SourceAdapter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataProperty;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataRepositoryJsonBuilder;
import org.springframework.util.ClassUtils;

/** The metadata in the packaged jar: B7. */
class PackagedMetadataIT {

    private static final String METADATA = "META-INF/spring-configuration-metadata.json";
    private static final String STAGE_METADATA =
            "META-INF/spring/configuration-metadata/" + StageProperties.class.getName() + ".json";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            exit-left.enabled                           | java.lang.Boolean                                | true
            exit-left.stages                            | java.util.Map<java.lang.String,io.github.exitleft.spring.boot.completion.StageKeys> |
            management.endpoint.stages.access           | org.springframework.boot.actuate.endpoint.Access | read-only
            management.endpoint.stages.cache.time-to-live | java.time.Duration                             | 0ms
            management.endpoint.stages.show-values      | org.springframework.boot.actuate.endpoint.Show   | never
            management.endpoint.stages.roles            | java.util.Set<java.lang.String>                  |
            management.health.stages.enabled            | java.lang.Boolean                                | true
            management.health.stages.unattended-after   | java.time.Duration                               | 5s
            management.observations.stages.show-token   | java.lang.Boolean                                | false
            """)
    void key_hasTypeDescriptionAndDefault(String key, String type, String defaultValue) throws IOException {
        assertDescribed(METADATA, key, type, defaultValue);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            enabled                         | java.lang.Boolean                            | true
            token-type                      | java.lang.Class<?>                           |
            default-timeout                 | java.time.Duration                           | 3s
            promotion                       | io.github.exitleft.Promotion            | newest
            drain                           | java.lang.Integer                            | 32
            max-tickets                     | java.lang.Integer                            | 10000
            mailbox-capacity                | java.lang.Integer                            | 16
            mailbox-overflow                | io.github.exitleft.Overflow                  | drop-newest
            shared                          | java.lang.Boolean                            | false
            keeper                          | io.github.exitleft.Keeper                    |
            keeper-idle                     | java.time.Duration                           | 100ms
            on-failure                      | io.github.exitleft.OnFailure                 | reopen
            reopen.pause                    | java.time.Duration                           | 100ms
            reopen.max-pause                | java.time.Duration                           | 10s
            executor                        | java.lang.String                             |
            reply-classifier                | java.lang.String                             |
            window                          | java.lang.Integer                            |
            window-wait                     | java.time.Duration                           |
            tokens.issue                    | io.github.exitleft.spring.boot.autoconfigure.StageProperties$Tokens$Issue |
            tokens.bits                     | java.lang.Integer                            |
            tokens.issuer                   | java.lang.String                             |
            tokens.rest                     | io.github.exitleft.spring.boot.autoconfigure.RestTime | 60s
            tokens.rest-most                | java.lang.Integer                            | 1024
            tokens.reuse                    | io.github.exitleft.Reuse                     |
            event-handler                   | java.lang.String                             |
            source.type                     | java.lang.String                             |
            """)
    void keyOfAStage_hasTypeDescriptionAndDefault(String key, String type, String defaultValue) throws IOException {
        assertDescribed(STAGE_METADATA, key, type, defaultValue);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            source.udp.address              | java.net.InetAddress                         |
            source.udp.port                 | java.lang.Integer                            | 0
            source.udp.receive-buffer-size  | org.springframework.util.unit.DataSize       | 1MB
            source.udp.send-buffer-size     | org.springframework.util.unit.DataSize       |
            source.udp.broadcast            | java.lang.Boolean                            | false
            source.udp.outlets              | java.lang.Integer                            | 8
            source.udp.multicast-groups     | java.util.List<java.net.InetAddress>         |
            source.udp.multicast-interface  | java.lang.String                             |
            source.udp.traffic-class        | java.lang.Integer                            |
            source.udp.max-datagram-size    | org.springframework.util.unit.DataSize       | 1500B
            source.udp.token.offset         | java.lang.Integer                            |
            source.udp.token.length         | java.lang.Integer                            |
            source.udp.token.byte-order     | io.github.exitleft.spring.boot.source.Endianness |
            source.udp.token.id-type        | java.lang.Class<?>                           |
            source.udp.token.reader         | java.lang.String                             |
            source.udp.token.sender         | java.lang.Boolean                            | false
            source.tcp.remote               | java.lang.String                             |
            source.tcp.remotes              | java.util.List<java.lang.String>             |
            source.tcp.connections          | java.lang.Integer                            | 1
            source.tcp.pick                 | io.github.exitleft.tcp.Pick                  | least-in-flight
            source.tcp.connect-timeout      | java.time.Duration                           | 2s
            source.tcp.send-timeout         | java.time.Duration                           | 1s
            source.tcp.max-frame-size       | org.springframework.util.unit.DataSize       | 64KB
            source.tcp.frame.length-field.offset | java.lang.Integer                       | 0
            source.tcp.frame.length-field.length | java.lang.Integer                       |
            source.tcp.frame.length-field.byte-order | io.github.exitleft.spring.boot.source.Endianness | big-endian
            source.tcp.frame.length-field.adjustment | java.lang.Integer                   | 0
            source.tcp.frame.length-field.includes-itself | java.lang.Boolean              | false
            source.tcp.frame.delimiter      | java.lang.String                             |
            source.tcp.frame.between.start  | java.lang.String                             |
            source.tcp.frame.between.end    | java.lang.String                             |
            source.tcp.frame.size           | org.springframework.util.unit.DataSize       |
            source.tcp.frame.ber            | java.lang.Boolean                            | false
            source.tcp.frame.reader         | java.lang.String                             |
            source.tcp.token.offset         | java.lang.Integer                            |
            source.tcp.token.length         | java.lang.Integer                            |
            source.tcp.token.byte-order     | io.github.exitleft.spring.boot.source.Endianness |
            source.tcp.token.reader         | java.lang.String                             |
            source.tcp.token.order          | java.lang.Boolean                            | false
            source.tcp.ssl.bundle           | java.lang.String                             |
            source.tcp.ssl.verify-hostname  | java.lang.Boolean                            | true
            source.tcp.ssl.start            | io.github.exitleft.spring.boot.tcp.TcpProperties$Ssl$Start | immediately
            source.tcp.opening              | java.lang.String                             |
            source.tcp.heartbeat.question   | java.lang.String                             |
            source.tcp.heartbeat.every      | java.time.Duration                           |
            source.tcp.heartbeat.timeout    | java.time.Duration                           |
            source.kafka.topics             | java.util.List<java.lang.String>             |
            source.kafka.group              | java.lang.String                             |
            source.kafka.token.header       | java.lang.String                             |
            source.kafka.token.key          | java.lang.Boolean                            | false
            source.kafka.token.reader       | java.lang.String                             |
            source.kafka.ready-timeout      | java.time.Duration                           | 60s
            source.kafka.unreachable-after  | java.time.Duration                           | 10s
            source.kafka.consumer-factory   | java.lang.String                             |
            source.kafka.template           | java.lang.String                             |
            source.jms.queue                | java.lang.String                             |
            source.jms.token.reader         | java.lang.String                             |
            source.jms.connection-factory   | java.lang.String                             |
            source.jms.template             | java.lang.String                             |
            source.jms.time-to-live         | java.lang.Boolean                            | true
            source.postgres.channels        | java.util.List<java.lang.String>             |
            source.postgres.token.separator | java.lang.String                             |
            source.postgres.token.reader    | java.lang.String                             |
            source.postgres.data-source     | java.lang.String                             |
            source.postgres.keepalive       | java.time.Duration                           | 30s
            source.channel.name             | java.lang.String                             |
            source.channel.token.header     | java.lang.String                             |
            source.channel.token.expression | java.lang.String                             |
            source.channel.token.reader     | java.lang.String                             |
            source.bean.name                | java.lang.String                             |
            source.bean.token.reader        | java.lang.String                             |
            """)
    void keyOfASource_hasTypeDescriptionAndDefault(String key, String type, String defaultValue) throws IOException {
        String source = key.split("\\.")[1];
        assertDescribed(metadataOf(source), key.substring("source..".length() + source.length()), type, defaultValue);
    }

    @Test
    void beansThatKeysOfAStageName_areProposed() throws IOException {
        assertProposed(STAGE_METADATA, "tokens.issuer", TokenIssuer.class);
    }

    @ParameterizedTest
    @CsvSource({
        "opening, io.github.exitleft.tcp.Opening",
        "heartbeat.question, io.github.exitleft.tcp.HeartbeatQuestion",
        "frame.reader, io.github.exitleft.tcp.Framing",
        "token.reader, io.github.exitleft.TokenReader"
    })
    void beansThatKeysOfATcpConnectionName_areProposed(String key, Class<?> type) throws IOException {
        assertProposed(metadataOf("tcp"), key, type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"frame.delimiter", "frame.length-field.length", "frame.between.start", "frame.between.end"})
    void valuesOfATcpFrame_areProposedWithADescription(String key) throws IOException {
        assertThat(properties(metadataOf("tcp")).get(key).getHints().getValueHints())
                .isNotEmpty()
                .allSatisfy(hint -> {
                    assertThat(hint.getValue()).asString().isNotEmpty();
                    assertThat(hint.getDescription()).endsWith(".");
                });
    }

    @Test
    void b7_everyValueOfAnEnum_isProposedWithADescription() throws Exception {
        int enums = 0;
        for (String metadata : files()) {
            for (ConfigurationMetadataProperty property : properties(metadata).values()) {
                Object[] constants = property.getType().startsWith("java.util.")
                        ? null
                        : Class.forName(property.getType().replaceFirst("<.*", ""))
                                .getEnumConstants();
                if (constants != null) {
                    enums++;
                    assertThat(property.getHints().getValueHints())
                            .as(property.getId())
                            .allSatisfy(
                                    hint -> assertThat(hint.getDescription()).endsWith("."))
                            .extracting(hint -> hint.getValue())
                            .containsExactly(Stream.of(constants)
                                    .map(constant -> constant.toString()
                                            .toLowerCase(Locale.ROOT)
                                            .replace('_', '-'))
                                    .toArray());
                }
            }
        }
        assertThat(enums).isGreaterThanOrEqualTo(13);
    }

    @Test
    void b7_everyKeyThatNamesABean_proposesBeansOfItsType() throws IOException {
        Pattern named = Pattern.compile("Name of (?:a|an|the) (\\w+) bean.*");
        int keys = 0;
        for (String metadata : files()) {
            for (ConfigurationMetadataProperty property : properties(metadata).values()) {
                Matcher bean = named.matcher(property.getDescription());
                if (bean.matches()) {
                    keys++;
                    assertThat(property.getHints().getValueProviders())
                            .as(metadata + " " + property.getId())
                            .singleElement()
                            .satisfies(provider -> {
                                assertThat(provider.getName()).isEqualTo("spring-bean-reference");
                                String target =
                                        String.valueOf(provider.getParameters().get("target"));
                                assertThat(target).endsWith("." + bean.group(1));
                                assertThat(ClassUtils.isPresent(target, null))
                                        .as(target)
                                        .isTrue();
                            });
                }
            }
        }
        assertThat(keys).isGreaterThanOrEqualTo(20);
    }

    @Test
    void b13_everySourceType_isProposedAndOthersAreAllowed() throws IOException {
        var hints = properties(STAGE_METADATA).get("source.type").getHints();
        assertThat(hints.getValueHints())
                .allSatisfy(hint -> assertThat(hint.getDescription()).endsWith("."))
                .extracting(hint -> hint.getValue())
                .containsExactlyInAnyOrderElementsOf(SourceAdapters.find().all().stream()
                        .map(SourceAdapter::type)
                        .toList());
        assertThat(hints.getValueProviders())
                .singleElement()
                .satisfies(provider -> assertThat(provider.getName()).isEqualTo("any"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"token-type", "source.udp.token.id-type"})
    void b7_keysThatNameAClass_proposeClasses(String key) throws Exception {
        var hints = key.startsWith("source.udp.")
                ? properties(metadataOf("udp")).get("token.id-type").getHints()
                : properties(STAGE_METADATA).get(key).getHints();
        assertThat(hints.getValueProviders())
                .singleElement()
                .satisfies(provider -> assertThat(provider.getName()).isEqualTo("class-reference"));
        assertThat(hints.getValueHints())
                .isNotEmpty()
                .allSatisfy(hint -> assertThat(ClassUtils.isPresent(String.valueOf(hint.getValue()), null))
                        .isTrue());
    }

    private static List<String> files() {
        List<String> files = new ArrayList<>(List.of(METADATA, STAGE_METADATA));
        SourceAdapters.find().all().forEach(adapter -> files.add(metadataOf(adapter.type())));
        return files;
    }

    private static void assertProposed(String metadata, String key, Class<?> type) throws IOException {
        assertThat(properties(metadata).get(key).getHints().getValueProviders())
                .singleElement()
                .satisfies(provider -> {
                    assertThat(provider.getName()).isEqualTo("spring-bean-reference");
                    assertThat(provider.getParameters()).containsEntry("target", type.getName());
                });
    }

    @Test
    void keysOfAStage_areThoseThatTheReportOfAnUnknownOneLists() throws IOException {
        List<String> described = new ArrayList<>(properties(STAGE_METADATA).keySet());
        for (SourceAdapter<?> adapter : SourceAdapters.find().all()) {
            for (String key : properties(metadataOf(adapter.type())).keySet()) {
                described.add("source." + adapter.type() + "." + key);
            }
        }
        assertThat(described).containsExactlyInAnyOrderElementsOf(new KnownKeys(SourceAdapters.find()).all());
    }

    @Test
    void descriptions_haveBootsForm() throws IOException {
        for (String metadata : files()) {
            assertThat(properties(metadata).values()).allSatisfy(property -> {
                assertThat(property.getDescription())
                        .endsWith(".")
                        .doesNotStartWith("The ")
                        .doesNotStartWith("A ");
                if (property.getType().equals("java.lang.Boolean")) {
                    assertThat(property.getDescription()).startsWith("Whether ");
                }
            });
        }
    }

    /** Says which file describes the keys of a source, relative to {@code source.TYPE}. */
    private static String metadataOf(String type) {
        SourceAdapter<?> adapter = Objects.requireNonNull(SourceAdapters.find().of(type));
        return "META-INF/spring/configuration-metadata/"
                + adapter.propertiesType().getName() + ".json";
    }

    private static void assertDescribed(String metadata, String key, String type, String defaultValue)
            throws IOException {
        ConfigurationMetadataProperty property = properties(metadata).get(key);
        assertThat(property).as(key).isNotNull();
        assertThat(property.getType()).isEqualTo(type);
        assertThat(property.getDescription()).isNotBlank();
        if (defaultValue == null) {
            assertThat(property.getDefaultValue()).isNull();
        } else {
            assertThat(property.getDefaultValue()).hasToString(defaultValue);
        }
    }

    private static Map<String, ConfigurationMetadataProperty> properties(String metadata) throws IOException {
        try (JarFile jar = new JarFile(jar().toFile());
                InputStream content = jar.getInputStream(jar.getEntry(metadata))) {
            return ConfigurationMetadataRepositoryJsonBuilder.create(content)
                    .build()
                    .getAllProperties()
                    .values()
                    .stream()
                    .collect(Collectors.toMap(ConfigurationMetadataProperty::getId, Function.identity()));
        }
    }

    private static Path jar() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            return files.filter(file -> file.getFileName()
                            .toString()
                            .matches("exit-left-spring-boot-autoconfigure-[0-9.]+(-SNAPSHOT)?\\.jar"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
