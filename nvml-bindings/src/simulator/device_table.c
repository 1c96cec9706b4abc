/* Handles: places in fixed tables, so that they stay valid when the scenario is read again, and a wild one is seen. */
#include "simulator.h"

static struct nvmlDevice_st devices[MAX_GPUS][MAX_MIG + 1];
static struct nvmlGpuInstance_st gpu_instances[MAX_GPUS][MAX_MIG];
static struct nvmlComputeInstance_st compute_instances[MAX_GPUS][MAX_MIG];

__attribute__((constructor)) static void number_handles(void) {
    for (unsigned int gpu = 0; gpu < MAX_GPUS; gpu++) {
        for (int mig = 0; mig <= MAX_MIG; mig++) {
            devices[gpu][mig] = (struct nvmlDevice_st){(unsigned char)gpu, (signed char)(mig - 1)};
            if (mig == MAX_MIG) continue;
            gpu_instances[gpu][mig] = (struct nvmlGpuInstance_st){(unsigned char)gpu, (unsigned char)mig};
            compute_instances[gpu][mig] = (struct nvmlComputeInstance_st){(unsigned char)gpu, (unsigned char)mig};
        }
    }
}

static bool within(const void *handle, const void *table, size_t table_size, size_t entry_size) {
    uintptr_t offset = (uintptr_t)handle - (uintptr_t)table;
    return (uintptr_t)handle >= (uintptr_t)table && offset < table_size && offset % entry_size == 0;
}

nvmlDevice_t device_handle(unsigned int gpu, int mig) {
    return &devices[gpu][mig + 1];
}

bool device_known(nvmlDevice_t device) {
    return within(device, devices, sizeof devices, sizeof devices[0][0]);
}

nvmlGpuInstance_t gpu_instance_handle(unsigned int gpu, unsigned int mig) {
    return &gpu_instances[gpu][mig];
}

bool gpu_instance_known(nvmlGpuInstance_t instance) {
    return within(instance, gpu_instances, sizeof gpu_instances, sizeof gpu_instances[0][0]);
}

nvmlComputeInstance_t compute_instance_handle(unsigned int gpu, unsigned int mig) {
    return &compute_instances[gpu][mig];
}

bool compute_instance_known(nvmlComputeInstance_t instance) {
    return within(instance, compute_instances, sizeof compute_instances, sizeof compute_instances[0][0]);
}
