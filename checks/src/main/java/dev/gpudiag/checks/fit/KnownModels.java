package dev.gpudiag.checks.fit;

import dev.gpudiag.checks.DataTable;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Shapes of models that everybody knows, from {@code models.csv}; immutable. */
public record KnownModels(String date, List<ModelShape> models) {

    public KnownModels {
        models = List.copyOf(models);
    }

    /** The table that ships with gpudiag. */
    public static KnownModels shipped() {
        DataTable table = DataTable.of(KnownModels.class, "models.csv");
        return new KnownModels(
                table.comments().getFirst(),
                table.rows().stream().map(KnownModels::shape).toList());
    }

    private static ModelShape shape(List<String> row) {
        List<Integer> numbers = row.subList(2, 8).stream().map(Integer::valueOf).toList();
        return new ModelShape(
                row.getFirst(),
                Long.parseLong(row.get(1)),
                numbers.get(0),
                numbers.get(1),
                numbers.get(2),
                numbers.get(3),
                numbers.get(4),
                OptionalInt.empty(),
                Optional.empty(),
                OptionalInt.of(numbers.get(5)));
    }

    public Optional<ModelShape> named(String name) {
        return models.stream()
                .filter(model -> model.name().equalsIgnoreCase(name))
                .findFirst();
    }

    /** The model whose number of weights is nearest by ratio: the shape to assume where nothing else is said. */
    public ModelShape nearest(long parameters) {
        return models.stream()
                .min(Comparator.comparingDouble(model -> Math.abs(Math.log((double) model.parameters() / parameters))))
                .orElseThrow();
    }
}
