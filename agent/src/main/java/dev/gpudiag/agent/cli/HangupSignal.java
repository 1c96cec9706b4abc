package dev.gpudiag.agent.cli;

import java.lang.reflect.Proxy;

/**
 * Has something done at SIGHUP.
 *
 * <p>{@code sun.misc.Signal} is the only way to it in Java. It is supported (module jdk.unsupported), but the compiler warns of
 * every mention of it and cannot be told not to, while this build takes warnings as errors: hence by its name.
 */
final class HangupSignal {

    private static final System.Logger LOG = System.getLogger("gpudiag");

    private HangupSignal() {}

    /** To be called once; {@code action} runs on a thread of its own. */
    @SuppressWarnings("ReferenceEquality") // a proxy is equal to itself alone
    static void handle(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object handled = Proxy.newProxyInstance(
                    handler.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            action.run();
                            return null;
                        }
                        return switch (method.getName()) {
                            case "hashCode" -> System.identityHashCode(proxy);
                            case "equals" -> proxy == arguments[0];
                            default -> "gpudiag's handler of SIGHUP";
                        };
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), handled);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            LOG.log(System.Logger.Level.WARNING, "SIGHUP reads no configuration: {0}", e.toString());
        }
    }
}
