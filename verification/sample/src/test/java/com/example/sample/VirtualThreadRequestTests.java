package com.example.sample;

import org.springframework.test.context.TestPropertySource;

/** The same requests on virtual threads, where there are any. */
@TestPropertySource(properties = "spring.threads.virtual.enabled=true")
class VirtualThreadRequestTests extends RequestTests {}
