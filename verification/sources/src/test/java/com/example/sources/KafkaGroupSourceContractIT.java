package com.example.sources;

import io.github.exitleft.spring.boot.kafka.KafkaSource;

/** The contract of every source (M10), over a consumer in a group. */
class KafkaGroupSourceContractIT extends KafkaSourceContractIT {

    @Override
    KafkaSource.Builder<Integer, String> builder() {
        return super.builder().group("contract");
    }
}
