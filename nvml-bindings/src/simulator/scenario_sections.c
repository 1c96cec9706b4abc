/* Keys of [driver], [process], [mig] and [event] sections. */
#include <stdlib.h>
#include <string.h>

#include "simulator.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool unknown(const struct source *source, const char *key, const char *const *known, unsigned int count) {
    return fail(source, "unknown key %s; the nearest known one is %s", key, nearest(key, known, count));
}

static bool whole_number(const struct source *source, const char *key, const char *text, unsigned int *out) {
    double number;
    if (!parse_number(text, "no=0 yes=1 off=0 on=1", &number) || number < 0 || number > 4294967295.0) {
        return fail(source, "%s = %s: not a number of 0 or more", key, text);
    }
    *out = (unsigned int)number;
    return true;
}

static bool series(struct scenario *scenario, const struct source *source, const char *key, const char *text,
                   struct value *out) {
    const char *error = parse_value(scenario, NUMBER, NULL, text, out);
    return error == NULL || fail(source, "%s = %s: %s", key, text, error);
}

bool set_driver_key(struct scenario *scenario, const struct source *source, const char *key, const char *text) {
    static const char *const known[] = {"version", "nvml", "cuda", "branch", "conf_compute.environment",
                                        "conf_compute.feature", "conf_compute.devtools", "one_lock", "hang", "stall",
                                        "slow", "crash"};
    if (strcmp(key, "version") == 0) return (scenario->version = scenario_text(scenario, text)) != NULL;
    if (strcmp(key, "nvml") == 0) return (scenario->nvml = scenario_text(scenario, text)) != NULL;
    if (strcmp(key, "branch") == 0) return (scenario->branch = scenario_text(scenario, text)) != NULL;
    if (strcmp(key, "cuda") == 0) return whole_number(source, key, text, &scenario->cuda);
    if (strcmp(key, "one_lock") == 0) {
        unsigned int one = 0;
        bool good = whole_number(source, key, text, &one);
        scenario->one_lock = one != 0;
        return good;
    }
    for (int i = 0; i < 3; i++) {
        if (strcmp(key, known[4 + i]) == 0) return whole_number(source, key, text, &scenario->conf_compute[i]);
    }
    int fault = set_fault_key(scenario->driver_faults, &scenario->driver_every, source, key, text);
    return fault != 0 ? fault > 0 : unknown(source, key, known, COUNT(known));
}

static bool set_process_type(struct process *process, const struct source *source, const char *text) {
    double type;
    if (!parse_number(text, "compute=0 graphics=1 mps=2", &type) || type < 0 || type > 2) {
        return fail(source, "type = %s: expected compute, graphics or mps", text);
    }
    process->type = (unsigned int)type;
    return true;
}

bool set_process_key(struct scenario *scenario, struct process *process, const struct source *source,
                     const char *key, const char *text) {
    static const char *const known[] = {"type",     "used_memory",      "name",    "gpu_instance",
                                        "compute_instance", "sm_util",  "mem_util", "enc_util",
                                        "dec_util", "from",             "until"};
    if (strcmp(key, "type") == 0) return set_process_type(process, source, text);
    if (strcmp(key, "used_memory") == 0) {
        process->memory_unknown = strcmp(text, "na") == 0;
        return series(scenario, source, key, text, &process->used_memory);
    }
    if (strcmp(key, "name") == 0) return (process->name = scenario_text(scenario, text)) != NULL;
    if (strcmp(key, "gpu_instance") == 0) return whole_number(source, key, text, &process->gpu_instance);
    if (strcmp(key, "compute_instance") == 0) return whole_number(source, key, text, &process->compute_instance);
    if (strcmp(key, "sm_util") == 0) return series(scenario, source, key, text, &process->sm_util);
    if (strcmp(key, "mem_util") == 0) return series(scenario, source, key, text, &process->mem_util);
    if (strcmp(key, "enc_util") == 0) return series(scenario, source, key, text, &process->enc_util);
    if (strcmp(key, "dec_util") == 0) return series(scenario, source, key, text, &process->dec_util);
    if (strcmp(key, "from") == 0 || strcmp(key, "until") == 0) {
        double *out = key[0] == 'f' ? &process->from : &process->until;
        return parse_duration(text, out) || fail(source, "%s = %s: expected a duration such as 90s", key, text);
    }
    return unknown(source, key, known, COUNT(known));
}

static bool set_placement(struct mig *mig, const struct source *source, const char *text) {
    char rest;
    if (sscanf(text, "%u:%u%c", &mig->start, &mig->size, &rest) == 2) return true;
    return fail(source, "placement = %s: expected start:size", text);
}

bool set_mig_key(struct scenario *scenario, struct mig *mig, const struct source *source, const char *key,
                 const char *text) {
    static const char *const known[] = {
        "gpu_instance", "compute_instance", "profile_id", "slices",  "compute_slices", "multiprocessors",
        "copy_engines", "decoders",         "encoders",   "jpegs",   "ofas",           "profile",
        "uuid",         "placement",        "memory_total", "memory_used", "memory_reserved"};
    unsigned int *const numbers[] = {&mig->gpu_instance, &mig->compute_instance, &mig->profile_id, &mig->slices,
                                     &mig->compute_slices, &mig->multiprocessors, &mig->copy_engines, &mig->decoders,
                                     &mig->encoders, &mig->jpegs, &mig->ofas};
    for (size_t i = 0; i < COUNT(numbers); i++) {
        if (strcmp(key, known[i]) == 0) return whole_number(source, key, text, numbers[i]);
    }
    if (strcmp(key, "profile") == 0) return (mig->profile = scenario_text(scenario, text)) != NULL;
    if (strcmp(key, "uuid") == 0) return (mig->uuid = scenario_text(scenario, text)) != NULL;
    if (strcmp(key, "placement") == 0) return set_placement(mig, source, text);
    if (strcmp(key, "memory_total") == 0) return series(scenario, source, key, text, &mig->memory_total);
    if (strcmp(key, "memory_used") == 0) return series(scenario, source, key, text, &mig->memory_used);
    if (strcmp(key, "memory_reserved") == 0) return series(scenario, source, key, text, &mig->memory_reserved);
    return unknown(source, key, known, COUNT(known));
}

bool set_event_key(struct event *event, const struct source *source, const char *key, const char *text) {
    static const char *const known[] = {"at", "type", "data", "gpu_instance", "compute_instance"};
    double number;
    if (strcmp(key, "at") == 0) {
        return parse_duration(text, &event->at) || fail(source, "at = %s: expected a duration such as 30s", text);
    }
    if (strcmp(key, "type") == 0 || strcmp(key, "data") == 0) {
        const char *words = key[0] == 't' ? "single_bit_ecc=1 double_bit_ecc=2 pstate=4 xid=8 clock=16" : NULL;
        if (!parse_number(text, words, &number) || number < 0) return fail(source, "%s = %s: not a number", key, text);
        *(key[0] == 't' ? &event->type : &event->data) = (unsigned long long)number;
        return true;
    }
    if (strcmp(key, "gpu_instance") == 0) return whole_number(source, key, text, &event->gpu_instance);
    if (strcmp(key, "compute_instance") == 0) return whole_number(source, key, text, &event->compute_instance);
    return unknown(source, key, known, COUNT(known));
}
