/* ECC modes and counters, retired pages, remapped rows, repairs. Counters are there only while ECC is on. */
#include <math.h>

#include "simulator.h"

enum { PLACES = 8 }; /* nvmlMemoryLocation_t; the keys of a counter's places follow its total in that order */

static const enum key place_offset[PLACES] = {
    KEY_ecc_volatile_corrected_l1 - KEY_ecc_volatile_corrected,
    KEY_ecc_volatile_corrected_l2 - KEY_ecc_volatile_corrected,
    KEY_ecc_volatile_corrected_dram - KEY_ecc_volatile_corrected,
    KEY_ecc_volatile_corrected_register_file - KEY_ecc_volatile_corrected,
    KEY_ecc_volatile_corrected_texture - KEY_ecc_volatile_corrected,
    KEY_ecc_volatile_corrected_texture_shm - KEY_ecc_volatile_corrected,
    KEY_ecc_volatile_corrected_cbu - KEY_ecc_volatile_corrected,
    KEY_ecc_volatile_corrected_sram - KEY_ecc_volatile_corrected};

static bool ecc_on(const struct call *call) {
    return number(call, KEY_ecc_mode_current, 0) != 0;
}

static nvmlReturn_t counter_of(const struct call *call, unsigned int severity, unsigned int scope, enum key *total) {
    static const enum key totals[2][2] = {{KEY_ecc_volatile_corrected, KEY_ecc_aggregate_corrected},
                                          {KEY_ecc_volatile_uncorrected, KEY_ecc_aggregate_uncorrected}};
    if (severity > 1 || scope > 1) return NVML_ERROR_INVALID_ARGUMENT;
    *total = totals[severity][scope];
    return ecc_on(call) ? NVML_SUCCESS : NVML_ERROR_NOT_SUPPORTED;
}

double ecc_total(const struct call *call, enum key total, bool *known) {
    double sum = 0;
    *known = ecc_on(call) && has(call, total);
    if (*known) return number(call, total, 0);
    for (int place = 0; place < PLACES; place++) {
        enum key key = (enum key)(total + place_offset[place]);
        if (!has(call, key)) continue;
        *known = ecc_on(call);
        sum += number(call, key, 0);
    }
    return sum;
}

EXPORT nvmlReturn_t nvmlDeviceGetEccMode(nvmlDevice_t device, unsigned int *current, unsigned int *pending) {
    CALL(nvmlDeviceGetEccMode, device);
    REFUSE_UNLESS(put_unsigned(&call, KEY_ecc_mode_current, current));
    bool own = has(&call, KEY_ecc_mode_pending);
    return put_unsigned(&call, own ? KEY_ecc_mode_pending : KEY_ecc_mode_current, pending);
}

EXPORT nvmlReturn_t nvmlDeviceGetDefaultEccMode(nvmlDevice_t device, unsigned int *mode) {
    CALL(nvmlDeviceGetDefaultEccMode, device);
    return put_unsigned(&call, KEY_ecc_mode_default, mode);
}

EXPORT nvmlReturn_t nvmlDeviceGetTotalEccErrors(nvmlDevice_t device, unsigned int severity, unsigned int scope,
                                                unsigned long long *count) {
    CALL(nvmlDeviceGetTotalEccErrors, device);
    enum key total;
    bool known;
    if (count == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    REFUSE_UNLESS(counter_of(&call, severity, scope, &total));
    *count = whole(ecc_total(&call, total, &known));
    return known ? NVML_SUCCESS : NVML_ERROR_NOT_SUPPORTED;
}

EXPORT nvmlReturn_t nvmlDeviceGetDetailedEccErrors(nvmlDevice_t device, unsigned int severity, unsigned int scope,
                                                   nvmlEccErrorCounts_t *out) {
    CALL(nvmlDeviceGetDetailedEccErrors, device);
    enum key total;
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    REFUSE_UNLESS(counter_of(&call, severity, scope, &total));
    out->l1Cache = whole(number(&call, (enum key)(total + place_offset[0]), 0));
    out->l2Cache = whole(number(&call, (enum key)(total + place_offset[1]), 0));
    out->deviceMemory = whole(number(&call, (enum key)(total + place_offset[2]), 0));
    out->registerFile = whole(number(&call, (enum key)(total + place_offset[3]), 0));
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetMemoryErrorCounter(nvmlDevice_t device, unsigned int severity, unsigned int scope,
                                                    unsigned int place, unsigned long long *count) {
    CALL(nvmlDeviceGetMemoryErrorCounter, device);
    enum key total;
    if (place >= PLACES) return NVML_ERROR_INVALID_ARGUMENT;
    REFUSE_UNLESS(counter_of(&call, severity, scope, &total));
    return put_long(&call, (enum key)(total + place_offset[place]), count);
}

EXPORT nvmlReturn_t nvmlDeviceGetSramEccErrorStatus(nvmlDevice_t device, nvmlEccSramErrorStatus_v1_t *out) {
    CALL(nvmlDeviceGetSramEccErrorStatus, device);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (out->version != STRUCT_VERSION(nvmlEccSramErrorStatus_v1_t, 1)) return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    if (!ecc_on(&call)) return NVML_ERROR_NOT_SUPPORTED;
    REFUSE_UNLESS(put_unsigned(&call, KEY_sram_threshold_exceeded, &out->bThresholdExceeded));
    out->aggregateUncParity = whole(number(&call, KEY_sram_aggregate_parity, 0));
    out->aggregateUncSecDed = whole(number(&call, KEY_sram_aggregate_secded, 0));
    out->aggregateCor = whole(number(&call, KEY_sram_aggregate_corrected, 0));
    out->volatileUncParity = whole(number(&call, KEY_sram_volatile_parity, 0));
    out->volatileUncSecDed = whole(number(&call, KEY_sram_volatile_secded, 0));
    out->volatileCor = whole(number(&call, KEY_sram_volatile_corrected, 0));
    out->aggregateUncBucketL2 = whole(number(&call, KEY_sram_bucket_l2, 0));
    out->aggregateUncBucketSm = whole(number(&call, KEY_sram_bucket_sm, 0));
    out->aggregateUncBucketPcie = whole(number(&call, KEY_sram_bucket_pcie, 0));
    out->aggregateUncBucketMcu = whole(number(&call, KEY_sram_bucket_mcu, 0));
    out->aggregateUncBucketOther = whole(number(&call, KEY_sram_bucket_other, 0));
    return NVML_SUCCESS;
}

/* No list of places is scripted: none where the SRAM status is supported. */
EXPORT nvmlReturn_t nvmlDeviceGetSramUniqueUncorrectedEccErrorCounts(
    nvmlDevice_t device, nvmlEccSramUniqueUncorrectedErrorCounts_v1_t *out) {
    CALL(nvmlDeviceGetSramUniqueUncorrectedEccErrorCounts, device);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (out->version != STRUCT_VERSION(nvmlEccSramUniqueUncorrectedErrorCounts_v1_t, 1)) {
        return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    }
    out->entryCount = 0;
    return has(&call, KEY_sram_threshold_exceeded) && ecc_on(&call) ? NVML_SUCCESS : NVML_ERROR_NOT_SUPPORTED;
}

/* Addresses are made up, and one page a day was retired until the newest. */
static nvmlReturn_t put_pages(const struct call *call, unsigned int cause, unsigned int *count,
                              unsigned long long *addresses, unsigned long long *times) {
    if (cause > 1 || count == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    enum key key = cause == 0 ? KEY_retired_pages_single_bit : KEY_retired_pages_double_bit;
    if (!has(call, key)) return NVML_ERROR_NOT_SUPPORTED;
    unsigned int pages = (unsigned int)whole(number(call, key, 0));
    REFUSE_UNLESS(put_entries(pages, count, addresses != NULL));
    unsigned long long newest = whole(number(call, KEY_retired_pages_newest, 1));
    for (unsigned int page = 0; page < pages; page++) {
        addresses[page] = (unsigned long long)(page + 1) << 16;
        if (times != NULL) times[page] = store_epoch_microseconds(0) / 1000000 - 86400ULL * (newest + page);
    }
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetRetiredPages(nvmlDevice_t device, unsigned int cause, unsigned int *count,
                                              unsigned long long *addresses) {
    CALL(nvmlDeviceGetRetiredPages, device);
    return put_pages(&call, cause, count, addresses, NULL);
}

EXPORT nvmlReturn_t nvmlDeviceGetRetiredPages_v2(nvmlDevice_t device, unsigned int cause, unsigned int *count,
                                                 unsigned long long *addresses, unsigned long long *times) {
    CALL(nvmlDeviceGetRetiredPages_v2, device);
    return put_pages(&call, cause, count, addresses, times);
}

EXPORT nvmlReturn_t nvmlDeviceGetRetiredPagesPendingStatus(nvmlDevice_t device, unsigned int *pending) {
    CALL(nvmlDeviceGetRetiredPagesPendingStatus, device);
    return put_unsigned(&call, KEY_retired_pages_pending, pending);
}

EXPORT nvmlReturn_t nvmlDeviceGetRemappedRows(nvmlDevice_t device, unsigned int *correctable,
                                              unsigned int *uncorrectable, unsigned int *pending,
                                              unsigned int *failure) {
    CALL(nvmlDeviceGetRemappedRows, device);
    if (uncorrectable == NULL || pending == NULL || failure == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    REFUSE_UNLESS(put_unsigned(&call, KEY_remapped_rows_correctable, correctable));
    *uncorrectable = (unsigned int)whole(number(&call, KEY_remapped_rows_uncorrectable, 0));
    *pending = (unsigned int)whole(number(&call, KEY_remapped_rows_pending, 0));
    *failure = (unsigned int)whole(number(&call, KEY_remapped_rows_failure, 0));
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetRowRemapperHistogram(nvmlDevice_t device, nvmlRowRemapperHistogramValues_t *out) {
    CALL(nvmlDeviceGetRowRemapperHistogram, device);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    const struct value *banks = &call.gpu->values[KEY_remap_histogram];
    if (banks->kind != LIST || banks->count < 5) return NVML_ERROR_NOT_SUPPORTED;
    out->max = (unsigned int)banks->points[0].value;
    out->high = (unsigned int)banks->points[1].value;
    out->partial = (unsigned int)banks->points[2].value;
    out->low = (unsigned int)banks->points[3].value;
    out->none = (unsigned int)banks->points[4].value;
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetRepairStatus(nvmlDevice_t device, nvmlRepairStatus_v1_t *out) {
    CALL(nvmlDeviceGetRepairStatus, device);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (out->version != STRUCT_VERSION(nvmlRepairStatus_v1_t, 1)) return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    REFUSE_UNLESS(put_unsigned(&call, KEY_repair_channel, &out->bChannelRepairPending));
    out->bTpcRepairPending = (unsigned int)whole(number(&call, KEY_repair_tpc, 0));
    return NVML_SUCCESS;
}

/* Its struct holds nothing but the flag, and has no version. */
EXPORT nvmlReturn_t nvmlDeviceGetUnrepairableMemoryFlag_v1(nvmlDevice_t device, unsigned int *unrepairable) {
    CALL(nvmlDeviceGetUnrepairableMemoryFlag_v1, device);
    return put_unsigned(&call, KEY_repair_beyond, unrepairable);
}
