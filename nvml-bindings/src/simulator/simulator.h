/*
 * The simulated driver's inside: what a scenario is, and what every answered call goes through.
 *
 * A scenario is immutable once parsed and counted by reference, so that a call reads it without a lock. A call that is
 * to hang or to be slow gives its reference back first; nothing is ever held while a thread sleeps.
 */
#ifndef GPUDIAG_SIMULATOR_H
#define GPUDIAG_SIMULATOR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "nvml_types.h"

#define MAX_GPUS 32
#define MAX_MIG 8
#define MAX_LINKS 36
#define MESSAGE_SIZE 512

enum key {
#define KEY(symbol, name, kind, unit, words, function) KEY_##symbol,
#include "keys.def"
#undef KEY
    KEY_COUNT
};

enum function {
#define ANSWERED(function) FN_##function,
#define REFUSED(function, code) FN_##function,
#include "functions.def"
#undef ANSWERED
#undef REFUSED
    FN_COUNT
};

enum value_kind { ABSENT, NUMBER, LIST, TEXT };
enum series_shape { CONSTANT, LINEAR, SINE, RATE };

struct point {
    double at;
    double value;
};

/* A number over scenario time, a list of numbers, or a text. */
struct value {
    enum value_kind kind;
    enum series_shape shape;
    unsigned int count;
    double constant;
    const struct point *points; /* LINEAR, LIST (values); SINE {low, high}{period, phase}; RATE {start, per second} */
    const char *text;
};

enum trigger_kind { NEVER, NOW, AT_TIME, AFTER_CALLS };

struct trigger {
    enum trigger_kind kind;
    double at;
    uint64_t calls;
};

struct fault {
    bool has_code;
    nvmlReturn_t code;
    struct trigger returns;
    struct trigger hangs;
    struct trigger crashes;
    double slow_seconds;
    double stall_from, stall_until; /* the call waits while the clock is in between; none where both are 0 */
};

struct link_value {
    unsigned int link;
    enum key key;
    struct value value;
    struct link_value *next;
};

struct field_value {
    unsigned int id;
    struct value value; /* ABSENT where only the type or the return code is set */
    int type;           /* -1: by the table, else unsigned long long */
    int code;           /* -1: none */
    struct field_value *next;
};

struct gpm_value {
    unsigned int metric;
    struct value value;
    struct gpm_value *next;
};

struct mig {
    bool present;
    const char *profile;
    const char *uuid;
    unsigned int gpu_instance, compute_instance, profile_id;
    unsigned int slices, compute_slices, multiprocessors;
    unsigned int copy_engines, decoders, encoders, jpegs, ofas;
    unsigned int start, size;
    struct value memory_total, memory_used, memory_reserved;
};

struct process {
    unsigned int pid;
    unsigned int type; /* 0 compute, 1 graphics, 2 MPS: nvmlProcessMode_t */
    const char *name;
    bool memory_unknown;
    struct value used_memory, sm_util, mem_util, enc_util, dec_util;
    unsigned int gpu_instance, compute_instance;
    double from, until;
    struct process *next;
};

struct event {
    double at;
    unsigned int gpu;
    unsigned long long type, data;
    unsigned int gpu_instance, compute_instance;
};

struct gpu {
    struct value values[KEY_COUNT];
    struct fault faults[FN_COUNT];
    struct fault every; /* hang, slow, crash of every call */
    struct trigger lost, reset_required;
    struct link_value *links;
    struct field_value *fields;
    struct gpm_value *gpm;
    struct process *processes;
    struct mig mig[MAX_MIG];
};

struct scenario {
    atomic_uint references;
    struct chunk *chunks; /* every allocation of this scenario */
    const char *version, *nvml, *branch;
    unsigned int cuda;
    unsigned int conf_compute[3];
    struct fault driver_faults[FN_COUNT];
    struct fault driver_every;
    bool one_lock; /* a call that hangs, stalls or is slow keeps every other call out */
    unsigned int gpu_count;
    struct gpu *gpus;
    unsigned int event_count;
    struct event *events;
};

/* ---- values (value.c) ---- */
bool parse_number(const char *text, const char *words, double *number);
bool parse_duration(const char *text, double *seconds);
bool parse_trigger(const char *text, struct trigger *trigger);
const char *parse_value(struct scenario *scenario, enum value_kind kind, const char *words, const char *text,
                        struct value *value); /* an error text, or NULL */
double value_at(const struct value *value, double now);

/* ---- names (names.c) ---- */
struct key_name {
    const char *name;
    enum value_kind kind;
    const char *unit, *words, *function;
};
extern const struct key_name key_names[KEY_COUNT];
extern const char *const function_names[FN_COUNT];
int find_key(const char *name);
bool name_matches(const char *pattern, const char *name);
const char *nearest(const char *name, const char *const *candidates, unsigned int count);
const char *nearest_key(const char *name);
const char *nearest_function(const char *name);

/* ---- scenario (scenario_file.c, scenario_sections.c, scenario_gpu.c, scenario_faults.c) ---- */
struct source {
    const char *path;
    unsigned int line;
    char *message; /* MESSAGE_SIZE bytes */
};
struct scenario *scenario_read(const char *path, char *message);
void scenario_free(struct scenario *scenario);
void *scenario_alloc(struct scenario *scenario, size_t size);
char *scenario_text(struct scenario *scenario, const char *text);
bool fail(const struct source *source, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool set_driver_key(struct scenario *scenario, const struct source *source, const char *key, const char *text);
bool set_gpu_key(struct scenario *scenario, struct gpu *gpu, const struct source *source, const char *key,
                 const char *text);
bool set_process_key(struct scenario *scenario, struct process *process, const struct source *source,
                     const char *key, const char *text);
bool set_mig_key(struct scenario *scenario, struct mig *mig, const struct source *source, const char *key,
                 const char *text);
bool set_event_key(struct event *event, const struct source *source, const char *key, const char *text);
/* 1: it was a fault key and is set, 0: it is none, -1: wrong (told) */
int set_fault_key(struct fault *faults, struct fault *every, const struct source *source, const char *key,
                  const char *text);
bool set_unsupported(struct gpu *gpu, const struct source *source, const char *text);

/* ---- the open scenario and its clock (store.c) ---- */
struct scenario *store_acquire(void);
void store_release(struct scenario *scenario);
bool store_open_from_environment(void);
double store_now(void);
double store_time_scale(void);
bool store_pinned(void);
unsigned long long store_epoch_microseconds(double now);

/* ---- devices (device_table.c) ---- */
struct nvmlDevice_st {
    unsigned char gpu;
    signed char mig; /* -1: the GPU itself */
};
struct nvmlGpuInstance_st {
    unsigned char gpu, mig;
};
struct nvmlComputeInstance_st {
    unsigned char gpu, mig;
};
nvmlDevice_t device_handle(unsigned int gpu, int mig);
bool device_known(nvmlDevice_t device);
nvmlGpuInstance_t gpu_instance_handle(unsigned int gpu, unsigned int mig);
bool gpu_instance_known(nvmlGpuInstance_t instance);
nvmlComputeInstance_t compute_instance_handle(unsigned int gpu, unsigned int mig);
bool compute_instance_known(nvmlComputeInstance_t instance);

/* ---- what a process that has the driver open holds (handles.c) ---- */
void handles_opened(const struct scenario *scenario);
void handles_closed(void);
void handles_count(int more);

/* ---- a call (call.c) ---- */
struct call {
    struct scenario *scenario;
    const struct gpu *gpu;
    const struct mig *mig; /* set where a MIG device was asked */
    unsigned int index;
    double now;
};

extern atomic_uint initialised;

void faults_reset(void);
nvmlReturn_t call_enter(struct call *call, enum function function, nvmlDevice_t device);
nvmlReturn_t call_enter_driver(struct call *call, enum function function, bool needs_init);
nvmlReturn_t call_enter_gpu(struct call *call, enum function function, unsigned int index);
void call_leave(struct call *call);

#define CALL_SCOPE __attribute__((cleanup(call_leave))) struct call call = {0}
#define REFUSE_UNLESS(entered)                    \
    do {                                          \
        nvmlReturn_t refused = (entered);         \
        if (refused != NVML_SUCCESS) return refused; \
    } while (0)
/* First line of a function about a device: leaves with the scripted fault where there is one. */
#define CALL(function, device) \
    CALL_SCOPE;                \
    REFUSE_UNLESS(call_enter(&call, FN_##function, device))
#define DRIVER_CALL(function) \
    CALL_SCOPE;               \
    REFUSE_UNLESS(call_enter_driver(&call, FN_##function, true))

#define EXPORT __attribute__((visibility("default")))

bool has(const struct call *call, enum key key);
double number(const struct call *call, enum key key, double otherwise);
nvmlReturn_t put_unsigned(const struct call *call, enum key key, unsigned int *out);
nvmlReturn_t put_long(const struct call *call, enum key key, unsigned long long *out);
nvmlReturn_t put_key_text(const struct call *call, enum key key, char *out, unsigned int length);
nvmlReturn_t put_text(const char *text, char *out, unsigned int length);
nvmlReturn_t put_entries(unsigned int available, unsigned int *count, bool has_room);
unsigned long long whole(double number);
bool mig_enabled(const struct call *call);

/* ---- answers shared between subjects ---- */
struct address {
    unsigned int domain, bus, device, function;
};
bool parse_address(const char *text, struct address *address);
nvmlReturn_t put_pci_info(const char *bus_id, unsigned int device_id, unsigned int subsystem_id, nvmlPciInfo_t *out);
bool process_runs(const struct process *process, double now);
const struct value *link_value(const struct call *call, unsigned int link, enum key key);
bool link_up(const struct call *call, unsigned int link);
unsigned int link_count(const struct call *call);
double ecc_total(const struct call *call, enum key total, bool *known);

#endif
