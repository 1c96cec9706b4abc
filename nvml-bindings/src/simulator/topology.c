/* Where GPUs sit: CPU and memory affinity, common ancestors, peer access. */
#include "simulator.h"

enum { BITS = 8 * sizeof(unsigned long) };

static void set_bit(unsigned long *set, unsigned int words, unsigned int bit) {
    if (bit / BITS < words) set[bit / BITS] |= 1UL << (bit % BITS);
}

static bool cpus_of(const struct gpu *gpu, unsigned int *first, unsigned int *last) {
    const struct value *cpus = &gpu->values[KEY_cpu_affinity];
    return cpus->kind == TEXT && sscanf(cpus->text, "%u-%u", first, last) == 2;
}

static nvmlReturn_t cpu_set(const struct call *call, unsigned int words, unsigned long *set) {
    unsigned int first, last;
    if (words == 0 || set == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    if (!cpus_of(call->gpu, &first, &last)) return NVML_ERROR_NOT_SUPPORTED;
    for (unsigned int word = 0; word < words; word++) set[word] = 0;
    for (unsigned int cpu = first; cpu <= last && cpu < words * BITS; cpu++) set_bit(set, words, cpu);
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetCpuAffinity(nvmlDevice_t device, unsigned int words, unsigned long *set) {
    CALL(nvmlDeviceGetCpuAffinity, device);
    return cpu_set(&call, words, set);
}

EXPORT nvmlReturn_t nvmlDeviceGetCpuAffinityWithinScope(nvmlDevice_t device, unsigned int words, unsigned long *set,
                                                        unsigned int scope) {
    CALL(nvmlDeviceGetCpuAffinityWithinScope, device);
    return scope > 1 ? NVML_ERROR_INVALID_ARGUMENT : cpu_set(&call, words, set);
}

EXPORT nvmlReturn_t nvmlDeviceGetMemoryAffinity(nvmlDevice_t device, unsigned int words, unsigned long *set,
                                                unsigned int scope) {
    CALL(nvmlDeviceGetMemoryAffinity, device);
    if (words == 0 || set == NULL || scope > 1) return NVML_ERROR_INVALID_ARGUMENT;
    if (!has(&call, KEY_numa)) return NVML_ERROR_NOT_SUPPORTED;
    for (unsigned int word = 0; word < words; word++) set[word] = 0;
    set_bit(set, words, (unsigned int)whole(number(&call, KEY_numa, 0)));
    return NVML_SUCCESS;
}

/* One NUMA node: NODE; across sockets: SYSTEM. */
static unsigned int level_between(const struct scenario *scenario, unsigned int one, unsigned int other) {
    if (one == other) return 0;
    const struct value *a = &scenario->gpus[one].values[KEY_numa], *b = &scenario->gpus[other].values[KEY_numa];
    bool same = a->kind != NUMBER || b->kind != NUMBER || value_at(a, 0) == value_at(b, 0);
    return same ? 40 : 50;
}

EXPORT nvmlReturn_t nvmlDeviceGetTopologyCommonAncestor(nvmlDevice_t one, nvmlDevice_t other, unsigned int *level) {
    CALL(nvmlDeviceGetTopologyCommonAncestor, one);
    if (!device_known(other) || other->gpu >= call.scenario->gpu_count || level == NULL) {
        return NVML_ERROR_INVALID_ARGUMENT;
    }
    *level = level_between(call.scenario, one->gpu, other->gpu);
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetTopologyNearestGpus(nvmlDevice_t device, unsigned int level, unsigned int *count,
                                                     nvmlDevice_t *devices) {
    CALL(nvmlDeviceGetTopologyNearestGpus, device);
    if (count == NULL || level > 50) return NVML_ERROR_INVALID_ARGUMENT;
    unsigned int room = *count, found = 0;
    for (unsigned int gpu = 0; gpu < call.scenario->gpu_count; gpu++) {
        if (gpu == call.index || level_between(call.scenario, call.index, gpu) > level) continue;
        if (devices != NULL && found < room) devices[found] = device_handle(gpu, -1);
        found++;
    }
    *count = devices != NULL && found > room ? room : found;
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlSystemGetTopologyGpuSet(unsigned int cpu, unsigned int *count, nvmlDevice_t *devices) {
    DRIVER_CALL(nvmlSystemGetTopologyGpuSet);
    if (count == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    unsigned int room = *count, found = 0, first, last;
    for (unsigned int gpu = 0; gpu < call.scenario->gpu_count; gpu++) {
        if (!cpus_of(&call.scenario->gpus[gpu], &first, &last) || cpu < first || cpu > last) continue;
        if (devices != NULL && found < room) devices[found] = device_handle(gpu, -1);
        found++;
    }
    *count = devices != NULL && found > room ? room : found;
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetP2PStatus(nvmlDevice_t one, nvmlDevice_t other, unsigned int capability,
                                           unsigned int *status) {
    CALL(nvmlDeviceGetP2PStatus, one);
    if (!device_known(other) || other->gpu >= call.scenario->gpu_count || status == NULL || capability > 4) {
        return NVML_ERROR_INVALID_ARGUMENT;
    }
    const struct value *peer = &call.scenario->gpus[other->gpu].values[KEY_nvlink_count];
    bool linked = link_count(&call) > 0 && peer->kind == NUMBER && value_at(peer, call.now) > 0;
    *status = linked ? 0 : capability == 2 || capability == 3 ? 5 : 1;
    return NVML_SUCCESS;
}
