package com.example.recipes;

import io.github.exitleft.StageTimeoutException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Asks for a quote again and again. */
@Component
class QuotePoller {

    private static final Log log = LogFactory.getLog(QuotePoller.class);

    private final Map<String, Integer> latest = new ConcurrentHashMap<>();
    private final QuoteClient client;

    QuotePoller(QuoteClient client) {
        this.client = client;
    }

    // @start region="scheduled"
    @Scheduled(fixedDelayString = "${quotes.every}")
    void refresh() throws IOException, InterruptedException {
        try {
            latest.put("ACME", client.ask("ACME").getInt(8));
        } catch (StageTimeoutException e) {
            log.warn("keeping the last quote: " + e.getMessage());
        }
    }
    // @end

    Map<String, Integer> latest() {
        return latest;
    }
}
