import com.sun.jdi.Bootstrap;
import com.sun.jdi.Location;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.MethodEntryEvent;
import com.sun.jdi.event.VMDeathEvent;
import com.sun.jdi.event.VMDisconnectEvent;
import com.sun.jdi.request.EventRequest;
import com.sun.jdi.request.MethodEntryRequest;
import io.github.exitleft.test.QueueSource;
import io.github.exitleft.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Counts the methods and classes of the core that exchanges enter, with the JDK's own debugger: how far a reader of the code has to
 * jump to follow one. Run by the script beside it.
 */
public final class ReadPath {

    /** What is followed: a lone caller that heads, then a caller that waits while another heads for it. */
    public static final class Exchanges {

        public static void main(String[] arguments) throws Exception {
            var source = new QueueSource<String>();
            try (Stage<String, String> stage = Stage.builder("path", String.class, source, message -> message)
                    .build()) {
                for (int i = 0; i < 3; i++) { // what a first exchange loads and creates is not what is counted
                    alone(stage, source, "warm" + i);
                    signalled(stage, source, "warm" + i);
                }
                begin("a caller that heads");
                alone(stage, source, "a");
                end();
                begin("a caller that is signalled, and the head that reads for it");
                signalled(stage, source, "b");
                end();
            }
        }

        private static void alone(Stage<String, String> stage, QueueSource<String> source, String token)
                throws Exception {
            stage.call(token, () -> source.add(token));
        }

        private static void signalled(Stage<String, String> stage, QueueSource<String> source, String token)
                throws Exception {
            String headToken = "head-" + token;
            var head = new Thread(() -> call(stage, headToken, () -> {}), "head");
            head.start();
            awaitParked(head);
            var waiter = new Thread(() -> call(stage, token, () -> {}), "waiter");
            waiter.start();
            awaitParked(waiter);
            source.add(token);
            waiter.join();
            source.add(headToken);
            head.join();
        }

        private static void call(Stage<String, String> stage, String token, Runnable send) {
            try {
                stage.call(token, send::run);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private static void awaitParked(Thread thread) {
            while (thread.getState() != Thread.State.TIMED_WAITING && thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }

        static void begin(String what) {}

        static void end() {}
    }

    /** What one exchange has entered so far. */
    private static final class Count {
        private int entries;
        private int crossings;
        private int returns;
        private final Set<String> methods = new HashSet<>();
        private final Set<String> classes = new HashSet<>();
        private final Map<Long, String> lastMethodOfThread = new HashMap<>();
        private final Map<Long, String> lastOfThread = new HashMap<>();
        private final Map<Long, Set<String>> leftByThread = new HashMap<>();

        void entered(long thread, String type, String method) {
            String name = type + "." + method;
            if (name.equals(lastMethodOfThread.put(thread, name))) {
                return; // a method that calls itself is read once
            }
            entries++;
            methods.add(name);
            classes.add(type);
            String last = lastOfThread.put(thread, type);
            if (last != null && !last.equals(type)) {
                crossings++;
                Set<String> left = leftByThread.computeIfAbsent(thread, key -> new HashSet<>());
                left.add(last);
                if (left.contains(type)) {
                    returns++;
                }
            }
        }

        @Override
        public String toString() {
            return entries + " entries of " + methods.size() + " methods of " + classes.size() + " classes, " + crossings
                    + " times into another class, " + returns + " of them into one that was left before";
        }
    }

    private ReadPath() {}

    public static void main(String[] arguments) throws Exception {
        var connector = Bootstrap.virtualMachineManager().defaultConnector();
        var settings = connector.defaultArguments();
        settings.get("main").setValue(Exchanges.class.getName());
        settings.get("options").setValue("-cp \"" + System.getProperty("java.class.path") + "\"");
        VirtualMachine vm = connector.launch(settings);
        var prepared = vm.eventRequestManager().createClassPrepareRequest();
        prepared.addClassFilter(Exchanges.class.getName());
        prepared.enable();
        follow(vm);
    }

    private static void follow(VirtualMachine vm) throws InterruptedException {
        List<MethodEntryRequest> requests = new ArrayList<>();
        Count count = null;
        while (true) {
            EventSet events = vm.eventQueue().remove();
            for (Event event : events) {
                if (event instanceof ClassPrepareEvent) {
                    var marks = vm.eventRequestManager().createMethodEntryRequest();
                    marks.addClassFilter(Exchanges.class.getName());
                    marks.setSuspendPolicy(EventRequest.SUSPEND_ALL);
                    marks.enable();
                } else if (event instanceof MethodEntryEvent entry) {
                    Location location = entry.location();
                    String type = location.declaringType().name();
                    String method = location.method().name();
                    if (type.equals(Exchanges.class.getName())) {
                        if (method.equals("begin")) {
                            count = new Count();
                            try {
                                System.out.print(entry.thread().frame(0).getArgumentValues().get(0) + ": ");
                            } catch (com.sun.jdi.IncompatibleThreadStateException e) {
                                throw new IllegalStateException(e);
                            }
                            var core = vm.eventRequestManager().createMethodEntryRequest();
                            core.addClassFilter("io.github.exitleft.*");
                            core.addClassExclusionFilter("io.github.exitleft.test.*");
                            core.setSuspendPolicy(EventRequest.SUSPEND_ALL);
                            core.enable();
                            requests.add(core);
                        } else if (method.equals("end")) {
                            System.out.println(count);
                            requests.forEach(vm.eventRequestManager()::deleteEventRequest);
                            requests.clear();
                        }
                    } else if (count != null) {
                        count.entered(entry.thread().uniqueID(), type, method);
                    }
                } else if (event instanceof VMDeathEvent || event instanceof VMDisconnectEvent) {
                    return;
                }
            }
            events.resume();
        }
    }
}
