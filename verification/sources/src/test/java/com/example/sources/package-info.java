/** What an application sees of the sources for Kafka, JMS, PostgreSQL and Spring's channels, against the real things. */
package com.example.sources;
