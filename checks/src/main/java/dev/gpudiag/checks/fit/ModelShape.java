package dev.gpudiag.checks.fit;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A transformer, as far as its memory is concerned.
 *
 * @param name for people, hostile text where a file gave it
 * @param parameters all weights, 1 to 10^14
 * @param layers transformer layers
 * @param hidden width of the residual stream
 * @param heads attention heads
 * @param kvHeads heads whose keys and values are cached; fewer than heads for grouped and multi-query attention
 * @param headSize width of one head
 * @param latentWidth numbers cached per token and layer in place of keys and values (multi-head latent attention:
 *     compressed width plus rotary width)
 * @param window layers that cache only the last tokens; empty where every layer caches all
 * @param vocabulary tokens that it knows; empty where not known
 */
public record ModelShape(
        String name,
        long parameters,
        int layers,
        int hidden,
        int heads,
        int kvHeads,
        int headSize,
        OptionalInt latentWidth,
        Optional<Window> window,
        OptionalInt vocabulary) {

    private static final long MOST_PARAMETERS = 100_000_000_000_000L;
    private static final int MOST = 10_000_000;

    /**
     * A sliding window.
     *
     * @param layers how many of the layers have it
     * @param tokens how many tokens they keep
     */
    public record Window(int layers, int tokens) {

        public Window {
            positive(layers, "layers with a window");
            positive(tokens, "tokens of the window");
        }
    }

    public ModelShape {
        requireNonNull(name, "name is null");
        requireNonNull(latentWidth, "latentWidth is null");
        requireNonNull(window, "window is null");
        requireNonNull(vocabulary, "vocabulary is null");
        if (parameters < 1 || parameters > MOST_PARAMETERS) {
            throw new IllegalArgumentException(parameters + " parameters are outside 1 to " + MOST_PARAMETERS);
        }
        positive(layers, "layers");
        positive(hidden, "hidden size");
        positive(heads, "attention heads");
        positive(kvHeads, "KV heads");
        positive(headSize, "head size");
        latentWidth.ifPresent(width -> positive(width, "latent width"));
        vocabulary.ifPresent(size -> positive(size, "vocabulary"));
        if (kvHeads > heads) {
            throw new IllegalArgumentException(kvHeads + " KV heads are more than " + heads + " attention heads");
        }
        if (window.isPresent() && window.get().layers() > layers) {
            throw new IllegalArgumentException(
                    window.get().layers() + " layers with a window are more than " + layers + " layers");
        }
    }

    private static void positive(int value, String what) {
        if (value < 1 || value > MOST) {
            throw new IllegalArgumentException(value + " " + what + " are outside 1 to " + MOST);
        }
    }

    /** The same shape with this many weights. */
    public ModelShape withParameters(long number) {
        return new ModelShape(name, number, layers, hidden, heads, kvHeads, headSize, latentWidth, window, vocabulary);
    }

    /** Bytes that a layer caches for one token. */
    public double cachedBytesPerLayer(NumberFormat format) {
        double numbers = latentWidth.isPresent() ? latentWidth.getAsInt() : 2.0 * kvHeads * headSize;
        return numbers * format.bytes();
    }

    /** Bytes that one sequence of {@code tokens} takes in the KV cache. */
    public double cacheBytes(long tokens, NumberFormat format) {
        int sliding = window.map(Window::layers).orElse(0);
        double kept = (double) (layers - sliding) * tokens
                + window.map(value -> (double) sliding * Math.min(tokens, value.tokens()))
                        .orElse(0.0);
        return kept * cachedBytesPerLayer(format);
    }

    /** Into how many parts tensor parallelism can cut the cache: heads are copied beyond their number. */
    public int cacheParts(int gpus) {
        return latentWidth.isPresent() ? 1 : Math.min(gpus, kvHeads);
    }
}
