package com.example.sample;

/** Something that somebody may wait for, by its name. */
record DeadlineTimer(String name, String text) {}
