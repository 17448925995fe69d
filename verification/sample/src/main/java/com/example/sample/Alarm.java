package com.example.sample;

/** Something that somebody may wait for, by its name. */
record Alarm(String name, String text) {}
