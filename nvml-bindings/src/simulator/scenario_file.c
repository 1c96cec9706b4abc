/* Reads a scenario file: lines to entries, entries to a scenario. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "simulator.h"

enum { LARGEST_FILE = 4 << 20 };

enum section_kind { NO_SECTION, SKIPPED, DRIVER, ALL_GPUS, GPU_RANGE, PROCESS, MIG_DEVICE, EVENT };

struct section {
    enum section_kind kind;
    unsigned int first, last; /* GPUs */
    unsigned int number;      /* pid, or MIG index */
    unsigned int ordinal;     /* which section of the file */
};

struct entry {
    struct section section;
    unsigned int line;
    char *key; /* NULL: the section's own heading */
    char *text;
};

struct entries {
    struct entry *list;
    unsigned int count, room;
};

struct chunk {
    struct chunk *next;
};

void *scenario_alloc(struct scenario *scenario, size_t size) {
    size_t header = (sizeof(struct chunk) + 15) & ~(size_t)15;
    struct chunk *chunk = calloc(1, header + size);
    if (chunk == NULL) abort();
    chunk->next = scenario->chunks;
    scenario->chunks = chunk;
    return (char *)chunk + header;
}

char *scenario_text(struct scenario *scenario, const char *text) {
    size_t size = strlen(text) + 1;
    return memcpy(scenario_alloc(scenario, size), text, size);
}

void scenario_free(struct scenario *scenario) {
    while (scenario->chunks != NULL) {
        struct chunk *chunk = scenario->chunks;
        scenario->chunks = chunk->next;
        free(chunk);
    }
    free(scenario);
}

bool fail(const struct source *source, const char *format, ...) {
    int used = source->line > 0 ? snprintf(source->message, MESSAGE_SIZE, "%s:%u: ", source->path, source->line)
                                : snprintf(source->message, MESSAGE_SIZE, "%s: ", source->path);
    if (used < 0 || used >= MESSAGE_SIZE) return false;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(source->message + used, (size_t)(MESSAGE_SIZE - used), format, arguments);
    va_end(arguments);
    return false;
}

static char *read_text(const struct source *source) {
    FILE *file = fopen(source->path, "re");
    if (file == NULL) {
        fail(source, "%s", strerror(errno));
        return NULL;
    }
    char *text = malloc(LARGEST_FILE + 1);
    size_t size = text == NULL ? 0 : fread(text, 1, LARGEST_FILE + 1, file);
    bool broken = text == NULL || ferror(file);
    fclose(file);
    if (broken || size > LARGEST_FILE || memchr(text, '\0', size) != NULL) {
        fail(source, broken ? "cannot be read" : "not a scenario: too large, or not text");
        free(text);
        return NULL;
    }
    text[size] = '\0';
    return text;
}

static char *trim(char *text) {
    while (isspace((unsigned char)*text)) text++;
    char *end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1])) *--end = '\0';
    return text;
}

static void cut_comment(char *line) {
    for (char *at = line; *at != '\0'; at++) {
        if (*at == '#' && (at == line || isspace((unsigned char)at[-1]))) {
            *at = '\0';
            return;
        }
    }
}

static bool skipped(const char *name) {
    static const char *const known[] = {"scenario", "host", "history", "kernel_log",
                                         "container", "workload", "file", "infiniband", "pcie"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t length = strlen(known[i]);
        if (strncmp(name, known[i], length) == 0 && (name[length] == '\0' || strchr(" .:", name[length]))) return true;
    }
    return false;
}

static bool parse_section(const struct source *source, const char *name, struct section *section) {
    char rest;
    section->ordinal++;
    if (skipped(name)) section->kind = SKIPPED;
    else if (strcmp(name, "driver") == 0) section->kind = DRIVER;
    else if (strcmp(name, "gpu *") == 0) section->kind = ALL_GPUS;
    else if (sscanf(name, "gpu %u..%u%c", &section->first, &section->last, &rest) == 2) section->kind = GPU_RANGE;
    else if (sscanf(name, "gpu %u%c", &section->first, &rest) == 1) {
        section->kind = GPU_RANGE;
        section->last = section->first;
    } else if (sscanf(name, "process %u:%u%c", &section->first, &section->number, &rest) == 2) section->kind = PROCESS;
    else if (sscanf(name, "mig %u:%u%c", &section->first, &section->number, &rest) == 2) section->kind = MIG_DEVICE;
    else if (sscanf(name, "event gpu:%u%c", &section->first, &rest) == 1
             || sscanf(name, "event %u%c", &section->first, &rest) == 1) section->kind = EVENT;
    else {
        return fail(source, "unknown section [%s]; known are driver, gpu *, gpu N, gpu N..M, process GPU:PID, "
                            "mig GPU:INDEX, event GPU, and scenario, host, history (not read here)", name);
    }
    if (section->kind == GPU_RANGE && (section->last >= MAX_GPUS || section->first > section->last)) {
        return fail(source, "[%s]: GPUs are numbered 0 to %d", name, MAX_GPUS - 1);
    }
    if (section->kind == MIG_DEVICE && section->number >= MAX_MIG) {
        return fail(source, "[%s]: MIG devices are numbered 0 to %d", name, MAX_MIG - 1);
    }
    return true;
}

static void add_entry(struct entries *entries, struct section section, unsigned int line, char *key, char *text) {
    if (entries->count == entries->room) {
        entries->room = entries->room * 2 + 64;
        entries->list = realloc(entries->list, entries->room * sizeof *entries->list);
        if (entries->list == NULL) abort();
    }
    entries->list[entries->count++] = (struct entry){section, line, key, text};
}

static bool parse_lines(struct source *source, char *text, struct entries *entries) {
    struct section section = {.kind = NO_SECTION};
    for (char *next = text; next != NULL;) {
        char *line = strsep(&next, "\n");
        source->line++;
        cut_comment(line);
        line = trim(line);
        size_t length = strlen(line);
        if (length == 0) continue;
        if (line[0] == '[') {
            if (line[length - 1] != ']') return fail(source, "a section ends with ]");
            line[length - 1] = '\0';
            if (!parse_section(source, trim(line + 1), &section)) return false;
            add_entry(entries, section, source->line, NULL, NULL);
            continue;
        }
        if (section.kind == SKIPPED) continue;
        if (section.kind == NO_SECTION) return fail(source, "expected a [section] first");
        char *equals = strchr(line, '=');
        if (equals == NULL) return fail(source, "expected key = value");
        *equals = '\0';
        char *key = trim(line), *value = trim(equals + 1);
        if (*key == '\0' || *value == '\0') return fail(source, "expected key = value");
        add_entry(entries, section, source->line, key, value);
    }
    return true;
}

/* Replaces %d, %02d, %x, %02x by the GPU's index. */
static bool substitute(const struct source *source, const char *text, unsigned int index, char *out, size_t room) {
    size_t used = 0;
    for (const char *at = text; *at != '\0';) {
        char number[16], conversion;
        int width = 0, read = 0;
        if (*at != '%') {
            if (used + 1 >= room) return fail(source, "this value is too long");
            out[used++] = *at++;
            continue;
        }
        if (sscanf(at, "%%%c%n", &conversion, &read) != 1 || (conversion != 'd' && conversion != 'x')) {
            if (sscanf(at, "%%0%1d%c%n", &width, &conversion, &read) != 2 || (conversion != 'd' && conversion != 'x')) {
                return fail(source, "after %% expected d, x, 02d or 02x");
            }
        }
        int length = snprintf(number, sizeof number, conversion == 'd' ? "%0*u" : "%0*x", width, index);
        if (used + (size_t)length >= room) return fail(source, "this value is too long");
        memcpy(out + used, number, (size_t)length);
        used += (size_t)length;
        at += read;
    }
    out[used] = '\0';
    return true;
}

static bool apply_gpu(struct scenario *scenario, const struct source *source, const struct entry *entry) {
    bool all = entry->section.kind == ALL_GPUS;
    unsigned int first = all ? 0 : entry->section.first;
    unsigned int last = all ? scenario->gpu_count : entry->section.last + 1;
    for (unsigned int gpu = first; entry->key != NULL && gpu < last; gpu++) {
        char text[8192];
        if (!substitute(source, entry->text, gpu, text, sizeof text)) return false;
        if (!set_gpu_key(scenario, &scenario->gpus[gpu], source, entry->key, text)) return false;
    }
    return true;
}

static struct process *process_of(struct scenario *scenario, struct gpu *gpu, unsigned int pid) {
    struct process **last = &gpu->processes;
    for (; *last != NULL; last = &(*last)->next) {
        if ((*last)->pid == pid) return *last;
    }
    *last = scenario_alloc(scenario, sizeof **last);
    **last = (struct process){
        .pid = pid, .name = "", .gpu_instance = ~0U, .compute_instance = ~0U, .until = 1e300};
    return *last;
}

static struct event *event_of(struct scenario *scenario, const struct section *section) {
    static _Thread_local unsigned int last_ordinal;
    if (scenario->event_count == 0 || last_ordinal != section->ordinal) {
        last_ordinal = section->ordinal;
        scenario->events[scenario->event_count++] =
            (struct event){.gpu = section->first, .type = 8, .gpu_instance = ~0U, .compute_instance = ~0U};
    }
    return &scenario->events[scenario->event_count - 1];
}

static bool apply(struct scenario *scenario, const struct source *source, const struct entry *entry) {
    const struct section *section = &entry->section;
    if (section->kind >= PROCESS && section->first >= scenario->gpu_count) {
        return fail(source, "there is no [gpu %u]", section->first);
    }
    struct gpu *gpu = section->kind >= PROCESS ? &scenario->gpus[section->first] : NULL;
    switch (section->kind) {
        case DRIVER:
            return entry->key == NULL || set_driver_key(scenario, source, entry->key, entry->text);
        case PROCESS: {
            struct process *process = process_of(scenario, gpu, section->number);
            return entry->key == NULL || set_process_key(scenario, process, source, entry->key, entry->text);
        }
        case MIG_DEVICE: {
            struct mig *mig = &gpu->mig[section->number];
            mig->present = true;
            return entry->key == NULL || set_mig_key(scenario, mig, source, entry->key, entry->text);
        }
        case EVENT: {
            struct event *event = event_of(scenario, section);
            return entry->key == NULL || set_event_key(event, source, entry->key, entry->text);
        }
        default:
            return true;
    }
}

/* GPUs are numbered from 0 without a hole. */
static bool count_gpus(struct scenario *scenario, const struct source *source, const struct entries *entries) {
    bool named[MAX_GPUS] = {false};
    for (unsigned int i = 0; i < entries->count; i++) {
        const struct section *section = &entries->list[i].section;
        if (section->kind != GPU_RANGE) continue;
        for (unsigned int gpu = section->first; gpu <= section->last; gpu++) {
            named[gpu] = true;
            if (gpu >= scenario->gpu_count) scenario->gpu_count = gpu + 1;
        }
    }
    for (unsigned int gpu = 0; gpu < scenario->gpu_count; gpu++) {
        if (!named[gpu]) return fail(source, "[gpu %u] is missing: GPUs are numbered without a hole", gpu);
    }
    scenario->gpus = scenario_alloc(scenario, (scenario->gpu_count + 1) * sizeof *scenario->gpus);
    scenario->events = scenario_alloc(scenario, (entries->count + 1) * sizeof *scenario->events);
    return true;
}

static int by_time(const void *left, const void *right) {
    const struct event *a = left, *b = right;
    return (a->at > b->at) - (a->at < b->at);
}

static bool check_whole(struct scenario *scenario, const struct source *source) {
    if (scenario->version == NULL) return fail(source, "[driver] has no version");
    if (scenario->nvml == NULL) scenario->nvml = scenario->version;
    for (unsigned int gpu = 0; gpu < scenario->gpu_count; gpu++) {
        for (unsigned int index = 0; index < MAX_MIG; index++) {
            const struct mig *mig = &scenario->gpus[gpu].mig[index];
            if (mig->present && (mig->uuid == NULL || mig->profile == NULL)) {
                return fail(source, "[mig %u:%u] needs a uuid and a profile", gpu, index);
            }
        }
    }
    qsort(scenario->events, scenario->event_count, sizeof *scenario->events, by_time);
    return true;
}

static bool build(struct scenario *scenario, struct source *source, const struct entries *entries) {
    source->line = 0;
    if (!count_gpus(scenario, source, entries)) return false;
    for (int pass = 0; pass < 3; pass++) { /* defaults of all GPUs, then single GPUs, then all else */
        for (unsigned int i = 0; i < entries->count; i++) {
            const struct entry *entry = &entries->list[i];
            enum section_kind kind = entry->section.kind;
            source->line = entry->line;
            if (pass == 0 && kind == ALL_GPUS && !apply_gpu(scenario, source, entry)) return false;
            if (pass == 1 && kind == GPU_RANGE && !apply_gpu(scenario, source, entry)) return false;
            if (pass == 2 && kind != ALL_GPUS && kind != GPU_RANGE && !apply(scenario, source, entry)) return false;
        }
    }
    source->line = 0;
    return check_whole(scenario, source);
}

struct scenario *scenario_read(const char *path, char *message) {
    struct source source = {.path = path, .message = message};
    char *text = read_text(&source);
    if (text == NULL) return NULL;
    struct scenario *scenario = calloc(1, sizeof *scenario);
    if (scenario == NULL) abort();
    atomic_init(&scenario->references, 1);
    struct entries entries = {0};
    bool good = parse_lines(&source, text, &entries) && build(scenario, &source, &entries);
    free(entries.list);
    free(text);
    if (good) return scenario;
    scenario_free(scenario);
    return NULL;
}
