package io.github.exitleft.demo;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The REST API. Every request's thread waits for its own replies, and one of the threads reads for all. */
@RestController
@RequestMapping("/api")
final class NatController {

    private final NatChecker checker;

    NatController(NatChecker checker) {
        this.checker = checker;
    }

    @GetMapping("/bindings")
    Binding binding(@RequestParam ServerAddress server) throws InterruptedException {
        return checker.ask(server);
    }

    @GetMapping("/nat")
    NatCheck nat() throws InterruptedException {
        return checker.askAll();
    }
}
