package io.github.exitleft.spring.boot.autoconfigure;

import io.github.exitleft.TokenReader;
import io.github.exitleft.udp.Datagram;
import org.jspecify.annotations.Nullable;

/**
 * A stage that is going to be created, all of whose properties have been checked.
 *
 * @param keys its keys
 * @param properties its properties
 * @param tokenType the class of its tokens
 * @param udp settings of its UDP port; null if its source is a bean
 * @param udpReader reads its tokens; null if a bean does
 * @param sourceBean the name of the source; null if it isn't a bean
 * @param readerBean the name of the token reader; null if it isn't a bean
 * @param sourceBeanOfOther another stage that names the same source; null if there is none
 */
record StagePlan(
        StageKeys keys,
        StageProperties properties,
        Class<?> tokenType,
        StageProperties.@Nullable Udp udp,
        @Nullable TokenReader<?, Datagram> udpReader,
        @Nullable String sourceBean,
        @Nullable String readerBean,
        @Nullable StageKeys sourceBeanOfOther) {}
