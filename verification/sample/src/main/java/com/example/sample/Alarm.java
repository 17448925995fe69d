package com.example.sample;

/** An event that requests wait for by its name. */
record Alarm(String name, String text) {}
