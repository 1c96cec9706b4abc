/* nvmlDeviceGetFieldValues: field ids to keys. A field that is unknown, or has no value, says so in its own entry. */
#include <math.h>

#include "simulator.h"

struct field {
    unsigned int id;
    int key;
    enum value_type type;
    int link; /* -1: none, -2: the entry's scope, -3: the sum over links */
};

#define U32 NVML_VALUE_TYPE_UNSIGNED_INT
#define U64 NVML_VALUE_TYPE_UNSIGNED_LONG_LONG
#define S32 NVML_VALUE_TYPE_SIGNED_INT
enum { NO_LINK = -1, SCOPE = -2, SUM = -3 };

static const struct field fields[] = {
    {1, KEY_ecc_mode_current, U32, NO_LINK},
    {2, KEY_ecc_mode_pending, U32, NO_LINK},
    {7, KEY_ecc_volatile_corrected_l1, U64, NO_LINK},
    {8, KEY_ecc_volatile_uncorrected_l1, U64, NO_LINK},
    {9, KEY_ecc_volatile_corrected_l2, U64, NO_LINK},
    {10, KEY_ecc_volatile_uncorrected_l2, U64, NO_LINK},
    {11, KEY_ecc_volatile_corrected_dram, U64, NO_LINK},
    {12, KEY_ecc_volatile_uncorrected_dram, U64, NO_LINK},
    {13, KEY_ecc_volatile_corrected_register_file, U64, NO_LINK},
    {14, KEY_ecc_volatile_uncorrected_register_file, U64, NO_LINK},
    {15, KEY_ecc_volatile_corrected_texture, U64, NO_LINK},
    {16, KEY_ecc_volatile_uncorrected_texture, U64, NO_LINK},
    {17, KEY_ecc_volatile_uncorrected_cbu, U64, NO_LINK},
    {18, KEY_ecc_aggregate_corrected_l1, U64, NO_LINK},
    {19, KEY_ecc_aggregate_uncorrected_l1, U64, NO_LINK},
    {20, KEY_ecc_aggregate_corrected_l2, U64, NO_LINK},
    {21, KEY_ecc_aggregate_uncorrected_l2, U64, NO_LINK},
    {22, KEY_ecc_aggregate_corrected_dram, U64, NO_LINK},
    {23, KEY_ecc_aggregate_uncorrected_dram, U64, NO_LINK},
    {24, KEY_ecc_aggregate_corrected_register_file, U64, NO_LINK},
    {25, KEY_ecc_aggregate_uncorrected_register_file, U64, NO_LINK},
    {26, KEY_ecc_aggregate_corrected_texture, U64, NO_LINK},
    {27, KEY_ecc_aggregate_uncorrected_texture, U64, NO_LINK},
    {28, KEY_ecc_aggregate_uncorrected_cbu, U64, NO_LINK},
    {29, KEY_retired_pages_single_bit, U32, NO_LINK},
    {30, KEY_retired_pages_double_bit, U32, NO_LINK},
    {31, KEY_retired_pages_pending, U32, NO_LINK},
    {38, KEY_nvlink_errors_crc_flit, U64, SUM},
    {45, KEY_nvlink_errors_crc_data, U64, SUM},
    {52, KEY_nvlink_errors_replay, U64, SUM},
    {59, KEY_nvlink_errors_recovery, U64, SUM},
    {74, KEY_violation_power, U64, NO_LINK},
    {75, KEY_violation_thermal, U64, NO_LINK},
    {76, KEY_violation_sync_boost, U64, NO_LINK},
    {77, KEY_violation_board_limit, U64, NO_LINK},
    {78, KEY_violation_low_utilization, U64, NO_LINK},
    {79, KEY_violation_reliability, U64, NO_LINK},
    {82, KEY_temperature_memory, U32, NO_LINK},
    {83, KEY_energy, U64, NO_LINK},
    {90, KEY_nvlink_speed, U32, 0},
    {91, KEY_nvlink_count, U32, NO_LINK},
    {94, KEY_pcie_replay, U32, NO_LINK},
    {95, KEY_pcie_replay_rollover, U32, NO_LINK},
    {138, KEY_nvlink_throughput_data_tx, U64, SCOPE},
    {139, KEY_nvlink_throughput_data_rx, U64, SCOPE},
    {140, KEY_nvlink_throughput_raw_tx, U64, SCOPE},
    {141, KEY_nvlink_throughput_raw_rx, U64, SCOPE},
    {142, KEY_remapped_rows_correctable, U32, NO_LINK},
    {143, KEY_remapped_rows_uncorrectable, U32, NO_LINK},
    {144, KEY_remapped_rows_pending, U32, NO_LINK},
    {145, KEY_remapped_rows_failure, U32, NO_LINK},
    {160, KEY_nvlink_errors_ecc_data, U64, SUM},
    {161, KEY_nvlink_errors_replay, U64, SCOPE},
    {162, KEY_nvlink_errors_recovery, U64, SCOPE},
    {163, KEY_nvlink_errors_crc_flit, U64, SCOPE},
    {164, KEY_nvlink_speed, U32, SCOPE},
    {165, KEY_nvlink_state, U32, SCOPE},
    {166, KEY_nvlink_version, U32, SCOPE},
    {169, KEY_pcie_l0_recovery, U32, NO_LINK},
    {173, KEY_pcie_errors_correctable, U32, NO_LINK},
    {179, KEY_pcie_errors_nonfatal, U32, NO_LINK},
    {180, KEY_pcie_errors_fatal, U32, NO_LINK},
    {185, KEY_power_usage, U32, NO_LINK},
    {186, KEY_power_instant, U32, NO_LINK},
    {187, KEY_power_limit_min, U32, NO_LINK},
    {188, KEY_power_limit_max, U32, NO_LINK},
    {189, KEY_power_limit_default, U32, NO_LINK},
    {190, KEY_power_limit_enforced, U32, NO_LINK},
    {191, KEY_energy, U64, NO_LINK},
    {192, KEY_power_limit_management, U32, NO_LINK},
    {193, KEY_temperature_tlimit_shutdown, S32, NO_LINK},
    {194, KEY_temperature_tlimit_slowdown, S32, NO_LINK},
    {195, KEY_temperature_tlimit_memory_max, S32, NO_LINK},
    {196, KEY_temperature_tlimit_gpu_max, S32, NO_LINK},
    {197, KEY_pcie_tx_bytes, U64, NO_LINK},
    {198, KEY_pcie_rx_bytes, U64, NO_LINK},
    {201, KEY_nvlink_xmit_packets, U64, SCOPE},
    {202, KEY_nvlink_xmit_bytes, U64, SCOPE},
    {203, KEY_nvlink_rcv_packets, U64, SCOPE},
    {204, KEY_nvlink_rcv_bytes, U64, SCOPE},
    {206, KEY_nvlink_errors_malformed, U64, SCOPE},
    {207, KEY_nvlink_errors_buffer_overrun, U64, SCOPE},
    {208, KEY_nvlink_errors_rcv, U64, SCOPE},
    {209, KEY_nvlink_errors_rcv_remote, U64, SCOPE},
    {210, KEY_nvlink_errors_rcv_general, U64, SCOPE},
    {211, KEY_nvlink_errors_integrity, U64, SCOPE},
    {212, KEY_nvlink_errors_xmit_discards, U64, SCOPE},
    {213, KEY_nvlink_recovery_successful, U64, SCOPE},
    {214, KEY_nvlink_recovery_failed, U64, SCOPE},
    {215, KEY_nvlink_recovery_events, U64, SCOPE},
    {219, KEY_nvlink_errors_effective, U64, SCOPE},
    {220, KEY_nvlink_ber_effective, U64, SCOPE},
    {221, KEY_nvlink_errors_symbol, U64, SCOPE},
    {222, KEY_nvlink_ber_symbol, U64, SCOPE},
    {230, KEY_recovery_action, U32, NO_LINK},
    {269, KEY_violation_sw_thermal, U64, NO_LINK},
    {270, KEY_violation_hw_thermal, U64, NO_LINK},
    {271, KEY_violation_hw_power_brake, U64, NO_LINK},
};

/* Ids that run over links: links 0 to 5 from one id on, 6 to 11 from another. */
static const struct {
    unsigned int low, high;
    enum key key;
    enum value_type type;
} runs[] = {{32, 96, KEY_nvlink_errors_crc_flit, U64},  {39, 102, KEY_nvlink_errors_crc_data, U64},
            {46, 108, KEY_nvlink_errors_replay, U64},   {53, 114, KEY_nvlink_errors_recovery, U64},
            {84, 132, KEY_nvlink_speed, U32},           {148, 154, KEY_nvlink_errors_ecc_data, U64}};

/* Before R590 the header numbered these counters otherwise. */
static unsigned int renumbered(const struct scenario *scenario, unsigned int id) {
    unsigned int major = 0;
    sscanf(scenario->version, "%u", &major);
    return major >= 575 && major < 590 && id >= 251 && id <= 253 ? id + 18 : id;
}

static bool find_field(const struct scenario *scenario, unsigned int id, struct field *found) {
    id = renumbered(scenario, id);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (fields[i].id != id) continue;
        *found = fields[i];
        return true;
    }
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        bool low = id >= runs[i].low && id < runs[i].low + 6, high = id >= runs[i].high && id < runs[i].high + 6;
        if (!low && !high) continue;
        *found = (struct field){id, (int)runs[i].key, runs[i].type, 0};
        found->link = (int)(low ? id - runs[i].low : id - runs[i].high + 6);
        return true;
    }
    return false;
}

static nvmlReturn_t link_field(const struct call *call, const struct field *field, unsigned int link, double *out) {
    if (!has(call, KEY_nvlink_count)) return NVML_ERROR_NOT_SUPPORTED;
    if (link >= link_count(call)) return NVML_ERROR_INVALID_ARGUMENT;
    if (field->key == KEY_nvlink_state) {
        *out = link_up(call, link);
        return NVML_SUCCESS;
    }
    const struct value *value = link_value(call, link, (enum key)field->key);
    if (value->kind != NUMBER) return NVML_ERROR_NOT_SUPPORTED;
    *out = field->key == KEY_nvlink_speed && !link_up(call, link) ? 0 : value_at(value, call->now);
    return NVML_SUCCESS;
}

static nvmlReturn_t sum_field(const struct call *call, const struct field *field, double *out) {
    *out = 0;
    if (link_count(call) == 0) return NVML_ERROR_NOT_SUPPORTED;
    for (unsigned int link = 0; link < link_count(call); link++) {
        double one = 0;
        REFUSE_UNLESS(link_field(call, field, link, &one));
        *out += one;
    }
    return NVML_SUCCESS;
}

/* Where a key may stand in for another that is not given. */
static enum key stand_in(const struct call *call, enum key key) {
    if (has(call, key)) return key;
    if (key == KEY_power_instant) return KEY_power_usage;
    if (key == KEY_power_limit_management) return KEY_power_limit_enforced;
    return key == KEY_ecc_mode_pending ? KEY_ecc_mode_current : key;
}

static nvmlReturn_t total_field(const struct call *call, unsigned int id, double *out) {
    static const enum key totals[] = {KEY_ecc_volatile_corrected, KEY_ecc_volatile_uncorrected,
                                      KEY_ecc_aggregate_corrected, KEY_ecc_aggregate_uncorrected};
    bool known;
    *out = ecc_total(call, totals[id - 3], &known);
    return known ? NVML_SUCCESS : NVML_ERROR_NOT_SUPPORTED;
}

static nvmlReturn_t answer(const struct call *call, const nvmlFieldValue_t *asked, double *out, unsigned int *type) {
    struct field field;
    *type = U64;
    if (asked->fieldId >= 3 && asked->fieldId <= 6) return total_field(call, asked->fieldId, out);
    if (!find_field(call->scenario, asked->fieldId, &field)) return NVML_ERROR_NOT_SUPPORTED;
    *type = field.type;
    if (field.link == SUM) return sum_field(call, &field, out);
    /* the driver takes an all-ones scope for the sum over links */
    if (field.link == SCOPE && asked->scopeId == ~0U) return sum_field(call, &field, out);
    if (field.link == SCOPE) return link_field(call, &field, asked->scopeId, out);
    if (field.link >= 0) return link_field(call, &field, (unsigned int)field.link, out);
    enum key key = stand_in(call, (enum key)field.key);
    if (!has(call, key)) return NVML_ERROR_NOT_SUPPORTED;
    *out = number(call, key, 0);
    return NVML_SUCCESS;
}

static void store(nvmlValue_t *value, unsigned int type, double number) {
    value->ullVal = 0;
    if (type == NVML_VALUE_TYPE_DOUBLE) value->dVal = number;
    else if (type == NVML_VALUE_TYPE_SIGNED_INT) value->siVal = (int)lround(number);
    else if (type == NVML_VALUE_TYPE_SIGNED_LONG_LONG) value->sllVal = llround(number);
    else if (type == NVML_VALUE_TYPE_UNSIGNED_INT) value->uiVal = (unsigned int)whole(number);
    else if (type == NVML_VALUE_TYPE_UNSIGNED_SHORT) value->usVal = (unsigned short)whole(number);
    else value->ullVal = whole(number);
}

static void fill(const struct call *call, nvmlFieldValue_t *entry) {
    double out = 0;
    unsigned int type;
    nvmlReturn_t code = answer(call, entry, &out, &type);
    const struct field_value *own = call->gpu->fields;
    for (; own != NULL; own = own->next) {
        if (own->id != entry->fieldId) continue;
        if (own->value.kind == NUMBER) {
            out = value_at(&own->value, call->now);
            code = NVML_SUCCESS;
        }
        if (own->type >= 0) type = (unsigned int)own->type;
        if (own->code >= 0) code = (nvmlReturn_t)own->code;
    }
    entry->timestamp = (long long)store_epoch_microseconds(call->now);
    entry->latencyUsec = 0;
    entry->valueType = type;
    entry->nvmlReturn = code;
    store(&entry->value, type, code == NVML_SUCCESS ? out : 0);
}

EXPORT nvmlReturn_t nvmlDeviceGetFieldValues(nvmlDevice_t device, int count, nvmlFieldValue_t *values) {
    CALL(nvmlDeviceGetFieldValues, device);
    if (count <= 0 || values == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    for (int entry = 0; entry < count; entry++) fill(&call, &values[entry]);
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceClearFieldValues(nvmlDevice_t device, int count, nvmlFieldValue_t *values) {
    CALL(nvmlDeviceClearFieldValues, device);
    if (count <= 0 || values == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    return NVML_ERROR_NO_PERMISSION;
}
