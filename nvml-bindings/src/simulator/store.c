/* The open scenario, its clock, and noticing that its file changed. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "simulator.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;       /* the fields below; held for a few instructions */
static pthread_mutex_t reading = PTHREAD_MUTEX_INITIALIZER;    /* one thread reads the file, the others go on */
static struct scenario *current;
static char *current_path;
static struct stat current_stat;
static char last_message[MESSAGE_SIZE];

static _Atomic double time_scale = 1;
static _Atomic double pinned = -1;
static _Atomic double opened;       /* monotonic seconds */
static _Atomic double opened_epoch; /* seconds since 1970 */
static _Atomic double next_look;
static atomic_uint generation;

static double clock_seconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

double store_now(void) {
    double at = pinned;
    return at >= 0 ? at : (clock_seconds(CLOCK_MONOTONIC) - opened) * time_scale;
}

double store_time_scale(void) {
    return time_scale;
}

bool store_pinned(void) {
    return pinned >= 0;
}

/* The wall clock of the scenario, as the driver stamps samples: it runs with the time scale as well. */
unsigned long long store_epoch_microseconds(double now) {
    return (unsigned long long)((opened_epoch + now) * 1e6);
}

static void tell(const char *message) {
    pthread_mutex_lock(&lock);
    snprintf(last_message, sizeof last_message, "%s", message);
    pthread_mutex_unlock(&lock);
}

static void replace(struct scenario *scenario, const struct stat *found) {
    pthread_mutex_lock(&lock);
    struct scenario *old = current;
    current = scenario;
    current_stat = *found;
    last_message[0] = '\0';
    pthread_mutex_unlock(&lock);
    atomic_fetch_add(&generation, 1);
    if (old != NULL) store_release(old);
}

static bool same_file(const struct stat *a, const struct stat *b) {
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size
           && a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* A new version that is broken keeps the old one; its error is told by gpudiagSimulatorError. */
static void look_again(void) {
    double real = clock_seconds(CLOCK_MONOTONIC_COARSE);
    if (real < next_look || pthread_mutex_trylock(&reading) != 0) return;
    next_look = real + 0.1;
    struct stat found;
    if (current_path != NULL && stat(current_path, &found) == 0 && !same_file(&found, &current_stat)) {
        char message[MESSAGE_SIZE] = "";
        struct scenario *scenario = scenario_read(current_path, message);
        if (scenario != NULL) {
            replace(scenario, &found);
        } else {
            tell(message);
            current_stat = found; /* told once; looked at again when it changes again */
        }
    }
    pthread_mutex_unlock(&reading);
}

struct scenario *store_acquire(void) {
    look_again();
    pthread_mutex_lock(&lock);
    struct scenario *scenario = current;
    if (scenario != NULL) atomic_fetch_add(&scenario->references, 1);
    pthread_mutex_unlock(&lock);
    return scenario;
}

void store_release(struct scenario *scenario) {
    if (atomic_fetch_sub(&scenario->references, 1) == 1) scenario_free(scenario);
}

/*
 * Opens a scenario and starts its clock at zero; counters of calls and lost GPUs begin anew.
 * Returns 0, or a negative number; gpudiagSimulatorError then says why. The scenario open before stays open then.
 */
EXPORT int gpudiagSimulatorOpen(const char *path, double scale);
EXPORT int gpudiagSimulatorOpen(const char *path, double scale) {
    if (path == NULL || !(scale > 0)) {
        tell("a scenario needs a path and a time scale above zero");
        return -1;
    }
    char message[MESSAGE_SIZE] = "";
    struct stat found;
    memset(&found, 0, sizeof found);
    pthread_mutex_lock(&reading);
    stat(path, &found);
    struct scenario *scenario = scenario_read(path, message);
    if (scenario != NULL) {
        free(current_path);
        current_path = strdup(path);
        time_scale = scale;
        pinned = -1;
        opened = clock_seconds(CLOCK_MONOTONIC);
        opened_epoch = clock_seconds(CLOCK_REALTIME);
        next_look = clock_seconds(CLOCK_MONOTONIC_COARSE) + 0.1;
        faults_reset();
        replace(scenario, &found);
    }
    pthread_mutex_unlock(&reading);
    if (scenario == NULL) tell(message);
    return scenario == NULL ? -2 : 0;
}

/* Why the last open, or the last re-read of a changed file, failed; empty where it did not. Valid in this thread until
   its next call. */
EXPORT const char *gpudiagSimulatorError(void);
EXPORT const char *gpudiagSimulatorError(void) {
    static _Thread_local char copy[MESSAGE_SIZE];
    pthread_mutex_lock(&lock);
    memcpy(copy, last_message, sizeof copy);
    pthread_mutex_unlock(&lock);
    return copy;
}

/* Holds the scenario clock at so many seconds; a negative number lets it run again from there. */
EXPORT void gpudiagSimulatorSetTime(double seconds);
EXPORT void gpudiagSimulatorSetTime(double seconds) {
    if (seconds < 0) opened = clock_seconds(CLOCK_MONOTONIC) - store_now() / time_scale;
    pinned = seconds;
}

/* Counts the versions of the scenario that were read well since the library was loaded. */
EXPORT unsigned int gpudiagSimulatorGeneration(void);
EXPORT unsigned int gpudiagSimulatorGeneration(void) {
    look_again();
    return atomic_load(&generation);
}

/* For any NVML client: GPUDIAG_SIMULATOR_SCENARIO, and GPUDIAG_SIMULATOR_TIME_SCALE where time is to run faster. */
bool store_open_from_environment(void) {
    pthread_mutex_lock(&lock);
    bool open = current != NULL;
    pthread_mutex_unlock(&lock);
    if (open) return true;
    const char *path = getenv("GPUDIAG_SIMULATOR_SCENARIO");
    const char *scale = getenv("GPUDIAG_SIMULATOR_TIME_SCALE");
    if (path == NULL) {
        tell("no scenario: set GPUDIAG_SIMULATOR_SCENARIO");
        fprintf(stderr, "simulated NVIDIA driver: set GPUDIAG_SIMULATOR_SCENARIO to a scenario file\n");
        return false;
    }
    if (gpudiagSimulatorOpen(path, scale == NULL ? 1 : strtod(scale, NULL)) == 0) return true;
    fprintf(stderr, "simulated NVIDIA driver: %s\n", gpudiagSimulatorError());
    return false;
}
