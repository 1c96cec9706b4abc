/* Fault keys: return.F, hang.F, stall.F, slow.F, crash.F, and hang, stall, slow, crash of every call. */
#include <stdlib.h>
#include <string.h>

#include "simulator.h"

/* `15`, `15 at 30s`, `15 after 5 calls`. */
static bool parse_return(const char *text, struct fault *fault) {
    char *end;
    unsigned long code = strtoul(text, &end, 10);
    if (end == text || code > 999) return false;
    end += strspn(end, " \t");
    fault->has_code = true;
    fault->code = (nvmlReturn_t)code;
    fault->returns = (struct trigger){.kind = NOW};
    return *end == '\0' || parse_trigger(end, &fault->returns);
}

/* `60s..90s`: from the first, until the second. */
static bool parse_window(const char *text, struct fault *fault) {
    char from[32];
    const char *dots = strstr(text, "..");
    if (dots == NULL || (size_t)(dots - text) >= sizeof from) return false;
    memcpy(from, text, (size_t)(dots - text));
    from[dots - text] = '\0';
    return parse_duration(from, &fault->stall_from) && parse_duration(dots + 2, &fault->stall_until)
           && fault->stall_from < fault->stall_until;
}

static bool set_one(struct fault *fault, const char *what, const char *text) {
    if (strcmp(what, "return") == 0) return parse_return(text, fault);
    if (strcmp(what, "hang") == 0) return parse_trigger(text, &fault->hangs);
    if (strcmp(what, "stall") == 0) return parse_window(text, fault);
    if (strcmp(what, "crash") == 0) return parse_trigger(text, &fault->crashes);
    return parse_duration(text, &fault->slow_seconds);
}

static bool wrong(const struct source *source, const char *key, const char *what, const char *text) {
    const char *how = strcmp(what, "return") == 0 ? "a return code, with `at 30s` or `after 5 calls` behind it"
                      : strcmp(what, "stall") == 0 ? "a time from which and one until which, such as 60s..90s"
                      : strcmp(what, "slow") == 0 ? "a duration such as 250ms"
                                                  : "yes, no, every call, at 30s or after 5 calls";
    return fail(source, "%s = %s: expected %s", key, text, how);
}

int set_fault_key(struct fault *faults, struct fault *every, const struct source *source, const char *key,
                  const char *text) {
    static const char *const kinds[] = {"return", "hang", "stall", "slow", "crash"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t length = strlen(kinds[i]);
        if (strncmp(key, kinds[i], length) != 0) continue;
        if (key[length] == '\0' && i > 0) {
            return set_one(every, kinds[i], text) ? 1 : (wrong(source, key, kinds[i], text), -1);
        }
        if (key[length] != '.') continue;
        const char *pattern = key + length + 1;
        bool found = false;
        for (int function = 0; function < FN_COUNT; function++) {
            if (!name_matches(pattern, function_names[function])) continue;
            found = true;
            if (!set_one(&faults[function], kinds[i], text)) return wrong(source, key, kinds[i], text), -1;
        }
        if (found) return 1;
        fail(source, "no function %s; the nearest known one is %s", pattern, nearest_function(pattern));
        return -1;
    }
    return 0;
}

/* A function (or prefix*), or the first word of keys, such as `ecc` or `nvlink`. */
static bool set_one_unsupported(struct gpu *gpu, const char *word) {
    bool found = false;
    size_t length = strlen(word);
    for (int function = 0; function < FN_COUNT; function++) {
        if (!name_matches(word, function_names[function])) continue;
        found = true;
        gpu->faults[function].has_code = true;
        gpu->faults[function].code = NVML_ERROR_NOT_SUPPORTED;
        gpu->faults[function].returns.kind = NOW;
    }
    for (int key = 0; key < KEY_COUNT; key++) {
        const char *name = key_names[key].name;
        if (strncmp(name, word, length) != 0 || (name[length] != '.' && name[length] != '\0')) continue;
        found = true;
        gpu->values[key].kind = ABSENT;
    }
    return found;
}

bool set_unsupported(struct gpu *gpu, const struct source *source, const char *text) {
    char word[128];
    while (*(text += strspn(text, " \t,")) != '\0') {
        size_t length = strcspn(text, " \t,");
        if (length >= sizeof word) return fail(source, "unsupported: this name is too long");
        memcpy(word, text, length);
        word[length] = '\0';
        if (!set_one_unsupported(gpu, word)) {
            return fail(source, "unsupported: neither a function nor a subject: %s (nearest: %s)", word,
                        nearest_function(word));
        }
        text += length;
    }
    return true;
}
