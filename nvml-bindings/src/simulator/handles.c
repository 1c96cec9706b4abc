/* What a process that has the driver open holds: a descriptor per device node, and objects that are not yet freed. */
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "simulator.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int descriptors[MAX_GPUS + 1];
static unsigned int open_descriptors;
static atomic_int objects;

static void open_one(const char *name) {
    int descriptor = memfd_create(name, MFD_CLOEXEC);
    if (descriptor >= 0) descriptors[open_descriptors++] = descriptor;
}

/* The first nvmlInit: as the real library opens /dev/nvidiactl and a node per GPU, under these names in /proc/self/fd. */
void handles_opened(const struct scenario *scenario) {
    char name[32];
    pthread_mutex_lock(&lock);
    if (open_descriptors == 0) {
        open_one("nvidiactl");
        for (unsigned int gpu = 0; gpu < scenario->gpu_count; gpu++) {
            snprintf(name, sizeof name, "nvidia%u", gpu);
            open_one(name);
        }
    }
    pthread_mutex_unlock(&lock);
}

/* The last nvmlShutdown. */
void handles_closed(void) {
    pthread_mutex_lock(&lock);
    while (open_descriptors > 0) close(descriptors[--open_descriptors]);
    pthread_mutex_unlock(&lock);
}

void handles_count(int more) {
    atomic_fetch_add(&objects, more);
}

/* Initialisations, event sets and samples of the performance monitor that nobody has let go of. */
EXPORT unsigned int gpudiagSimulatorOpenHandles(void);
EXPORT unsigned int gpudiagSimulatorOpenHandles(void) {
    int counted = atomic_load(&objects);
    return atomic_load(&initialised) + (counted > 0 ? (unsigned int)counted : 0);
}
