/* Framebuffer and BAR1 memory. */
#include "simulator.h"

struct memory {
    unsigned long long total, reserved, used, free;
};

/* What the processes hold, where the scenario gives no figure of its own. */
static double held_by_processes(const struct call *call) {
    double sum = 0;
    const struct process *process = call->gpu->processes;
    for (; process != NULL; process = process->next) {
        bool inside = call->mig == NULL || process->gpu_instance == call->mig->gpu_instance;
        if (inside && process->used_memory.kind == NUMBER && process_runs(process, call->now)) {
            sum += value_at(&process->used_memory, call->now);
        }
    }
    return sum;
}

static double at(const struct value *value, double now, double otherwise) {
    return value->kind == NUMBER ? value_at(value, now) : otherwise;
}

static nvmlReturn_t memory_of(const struct call *call, struct memory *memory) {
    const struct value *values = call->gpu->values;
    const struct value *total = call->mig != NULL ? &call->mig->memory_total : &values[KEY_memory_total];
    const struct value *used = call->mig != NULL ? &call->mig->memory_used : &values[KEY_memory_used];
    const struct value *reserved = call->mig != NULL ? &call->mig->memory_reserved : &values[KEY_memory_reserved];
    if (total->kind == ABSENT) return NVML_ERROR_NOT_SUPPORTED;
    memory->total = whole(value_at(total, call->now));
    memory->reserved = whole(at(reserved, call->now, 0));
    if (memory->reserved > memory->total) memory->reserved = memory->total;
    memory->used = whole(used->kind == NUMBER ? value_at(used, call->now) : held_by_processes(call));
    unsigned long long most = memory->total - memory->reserved;
    if (memory->used > most) memory->used = most;
    memory->free = most - memory->used;
    return NVML_SUCCESS;
}

/* The first version has no place for reserved memory, and counts it as used. */
EXPORT nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t device, nvmlMemory_t *out) {
    CALL(nvmlDeviceGetMemoryInfo, device);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    struct memory memory;
    REFUSE_UNLESS(memory_of(&call, &memory));
    *out = (nvmlMemory_t){.total = memory.total, .free = memory.free, .used = memory.used + memory.reserved};
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t device, nvmlMemory_v2_t *out) {
    CALL(nvmlDeviceGetMemoryInfo_v2, device);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (out->version != STRUCT_VERSION(nvmlMemory_v2_t, 2)) return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    struct memory memory;
    REFUSE_UNLESS(memory_of(&call, &memory));
    out->total = memory.total;
    out->reserved = memory.reserved;
    out->free = memory.free;
    out->used = memory.used;
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetBAR1MemoryInfo(nvmlDevice_t device, nvmlBAR1Memory_t *out) {
    CALL(nvmlDeviceGetBAR1MemoryInfo, device);
    if (out == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    REFUSE_UNLESS(put_long(&call, KEY_bar1_total, &out->bar1Total));
    out->bar1Used = whole(number(&call, KEY_bar1_used, 0));
    if (out->bar1Used > out->bar1Total) out->bar1Used = out->bar1Total;
    out->bar1Free = out->bar1Total - out->bar1Used;
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetMemoryBusWidth(nvmlDevice_t device, unsigned int *bits) {
    CALL(nvmlDeviceGetMemoryBusWidth, device);
    return put_unsigned(&call, KEY_memory_bus_width, bits);
}
