package dev.gpudiag.nvml;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.SymbolProvider;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A loaded library and which names of the manifest it exports, with {@link Natives} mapped onto it on request. */
final class Binding {
    private final String library;
    private final NativeLibrary handle;
    private final Map<Symbol, String> bound;

    private Binding(String library, NativeLibrary handle, Map<Symbol, String> bound) {
        this.library = library;
        this.handle = handle;
        this.bound = bound;
    }

    /** Loads a library by path, or by soname, and looks up each symbol by itself. */
    static Binding load(String library) throws NvmlException {
        Map<String, String> renamed = new LinkedHashMap<>();
        // A new provider has a new identity, so that JNA's cache never answers with a library loaded for another one.
        SymbolProvider provider =
                (handle, name, parent) -> parent.getSymbolAddress(handle, renamed.getOrDefault(name, name), parent);
        NativeLibrary handle;
        try {
            handle = NativeLibrary.getInstance(library, Map.of(Library.OPTION_SYMBOL_PROVIDER, provider));
        } catch (UnsatisfiedLinkError e) {
            throw NvmlException.notLoadable(library, firstLine(e.getMessage()));
        }
        Map<Symbol, String> bound = resolve(handle);
        for (Symbol symbol : Symbol.values()) {
            // Native.register refuses a class for one missing symbol: such a one gets a harmless address, and is never
            // called, because Nvml.require comes first.
            renamed.put(symbol.name(), bound.getOrDefault(symbol, Symbol.nvmlShutdown.name()));
        }
        return new Binding(library, handle, bound);
    }

    private static Map<Symbol, String> resolve(NativeLibrary handle) throws NvmlException {
        Map<Symbol, String> bound = new EnumMap<>(Symbol.class);
        for (Symbol symbol : Symbol.values()) {
            symbol.names().stream()
                    .filter(name -> exports(handle, name))
                    .findFirst()
                    .ifPresent(name -> bound.put(symbol, name));
            if (symbol.required() && !bound.containsKey(symbol)) {
                throw NvmlException.missing(symbol.name());
            }
        }
        return bound;
    }

    private static boolean exports(NativeLibrary handle, String name) {
        try {
            return handle.getGlobalVariableAddress(name) != null;
        } catch (UnsatisfiedLinkError e) {
            return false;
        }
    }

    private static String firstLine(String message) {
        return message == null ? "no reason given" : message.lines().findFirst().orElse("no reason given");
    }

    /** Maps {@link Natives} onto this library; a call that another thread has begun in an older one goes on there. */
    void mapNatives() {
        Native.register(Natives.class, handle);
    }

    String library() {
        return library;
    }

    NativeLibrary handle() {
        return handle;
    }

    boolean exports(String name) {
        return exports(handle, name);
    }

    /** The name that a symbol is bound to, or null where the library has none of its names. */
    String nameOf(Symbol symbol) {
        return bound.get(symbol);
    }

    Map<String, String> boundSymbols() {
        Map<String, String> names = new LinkedHashMap<>();
        bound.forEach((symbol, name) -> names.put(symbol.name(), name));
        return names;
    }

    List<String> missingSymbols() {
        List<String> missing = new ArrayList<>();
        for (Symbol symbol : Symbol.values()) {
            if (!bound.containsKey(symbol)) {
                missing.add(symbol.name());
            }
        }
        return missing;
    }
}
