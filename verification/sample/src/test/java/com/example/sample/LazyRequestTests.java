package com.example.sample;

import org.springframework.test.context.TestPropertySource;

/** The same requests where beans are created when they are asked for. */
@TestPropertySource(properties = "spring.main.lazy-initialization=true")
class LazyRequestTests extends RequestTests {}
