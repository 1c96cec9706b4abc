package dev.gpudiag.agent.replay;

import dev.gpudiag.telemetry.GpuQuantities;
import dev.gpudiag.telemetry.Reading;
import dev.gpudiag.telemetry.Readings;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Retired pages: the count, or where that is missing the length of the list, whose name differs by schema. */
final class RetiredPagesSection {

    private static final String SINGLE_BIT = "retired_pages/multiple_single_bit_retirement";
    private static final String DOUBLE_BIT = "retired_pages/double_bit_retirement";
    private static final List<String> LISTS =
            List.of("retired_pagelist/retired_page", "retired_page_addresses/retired_page_address");
    private static final List<String> PENDING =
            List.of("retired_pages/pending_retirement", "retired_pages/pending_blacklist");

    private RetiredPagesSection() {}

    static List<String> paths() {
        Stream<String> counts = Stream.of(SINGLE_BIT, DOUBLE_BIT)
                .flatMap(cause -> Stream.concat(Stream.of("retired_count"), LISTS.stream())
                        .map(name -> cause + "/" + name));
        return Stream.concat(counts, PENDING.stream()).toList();
    }

    static void read(Element gpu, Readings.Builder readings) {
        readings.put(GpuQuantities.RETIRED_PAGES_SINGLE_BIT, count(gpu, SINGLE_BIT));
        readings.put(GpuQuantities.RETIRED_PAGES_DOUBLE_BIT, count(gpu, DOUBLE_BIT));
        readings.put(GpuQuantities.RETIRED_PAGES_PENDING, pending(gpu));
    }

    private static Reading<Long> count(Element gpu, String cause) {
        String path = cause + "/retired_count";
        Optional<Reading<Long>> given =
                gpu.find(path).map(element -> Conversion.count().read(element.text(), path));
        if (given.isPresent() && given.get().isPresent()) {
            return given.get();
        }
        for (String list : LISTS) {
            String parent = cause + "/" + list.substring(0, list.indexOf('/'));
            String item = list.substring(list.indexOf('/') + 1);
            Optional<Element> pages = gpu.find(parent);
            if (pages.isPresent() && !pages.get().children(item).isEmpty()) {
                return Reading.of((long) pages.get().children(item).size(), parent);
            }
        }
        return given.orElseGet(() -> Reading.notRead("no " + path + " in this capture"));
    }

    /** Yes in either element is pending: drivers of R418 to R450 print both. */
    private static Reading<Boolean> pending(Element gpu) {
        List<Reading<Boolean>> readings = PENDING.stream()
                .map(path -> gpu.find(path)
                        .map(element -> Conversion.flag().read(element.text(), path))
                        .orElse(null))
                .filter(Objects::nonNull)
                .toList();
        return readings.stream()
                .filter(reading -> reading.value().orElse(false))
                .findFirst()
                .or(() -> readings.stream().filter(Reading::failed).findFirst())
                .or(() -> readings.stream().filter(Reading::isPresent).findFirst())
                .or(() -> readings.stream().findFirst())
                .orElseGet(() -> Reading.notRead("no retired_pages in this capture"));
    }
}
