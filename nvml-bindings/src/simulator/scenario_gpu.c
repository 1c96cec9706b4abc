/* Keys of a [gpu] section: table keys, one NVLink's values, field ids, GPM metrics, faults. */
#include <stdlib.h>
#include <string.h>

#include "simulator.h"

/* Reads the number between two dots of `nvlink.3.state`. */
static bool numbered(const char *key, const char *prefix, unsigned int *number, const char **rest) {
    size_t length = strlen(prefix);
    if (strncmp(key, prefix, length) != 0) return false;
    char *end;
    unsigned long parsed = strtoul(key + length, &end, 10);
    if (end == key + length || (*end != '\0' && *end != '.') || parsed > 100000) return false;
    *number = (unsigned int)parsed;
    *rest = *end == '.' ? end + 1 : end;
    return true;
}

static bool set_link(struct scenario *scenario, struct gpu *gpu, const struct source *source, unsigned int link,
                     const char *rest, const char *text) {
    char name[96];
    snprintf(name, sizeof name, "nvlink.%s", rest);
    int key = find_key(name);
    if (key < 0 || key == KEY_nvlink_count) return fail(source, "unknown key nvlink.N.%s", rest);
    if (link >= MAX_LINKS) return fail(source, "link %u: at most %d links", link, MAX_LINKS);
    struct link_value *set = scenario_alloc(scenario, sizeof *set);
    const char *error = parse_value(scenario, key_names[key].kind, key_names[key].words, text, &set->value);
    if (error != NULL) return fail(source, "nvlink.%u.%s = %s: %s", link, rest, text, error);
    set->link = link;
    set->key = (enum key)key;
    set->next = gpu->links;
    gpu->links = set;
    return true;
}

static struct field_value *field_of(struct scenario *scenario, struct gpu *gpu, unsigned int id) {
    for (struct field_value *field = gpu->fields; field != NULL; field = field->next) {
        if (field->id == id) return field;
    }
    struct field_value *field = scenario_alloc(scenario, sizeof *field);
    *field = (struct field_value){.id = id, .type = -1, .code = -1, .next = gpu->fields};
    gpu->fields = field;
    return field;
}

static bool set_field(struct scenario *scenario, struct gpu *gpu, const struct source *source, unsigned int id,
                      const char *text) {
    const char *error = parse_value(scenario, NUMBER, NULL, text, &field_of(scenario, gpu, id)->value);
    return error == NULL || fail(source, "field.%u = %s: %s", id, text, error);
}

static bool set_field_type(struct scenario *scenario, struct gpu *gpu, const struct source *source, unsigned int id,
                           const char *text) {
    static const char *const types[] = {"double", "u32", "ulong", "u64", "s64", "s32", "u16"};
    for (int type = 0; type < 7; type++) {
        if (strcmp(types[type], text) == 0) {
            field_of(scenario, gpu, id)->type = type;
            return true;
        }
    }
    return fail(source, "field.type.%u = %s: expected double, u32, ulong, u64, s64, s32 or u16", id, text);
}

static bool set_field_return(struct scenario *scenario, struct gpu *gpu, const struct source *source, unsigned int id,
                             const char *text) {
    double code;
    if (!parse_number(text, NULL, &code) || code < 0 || code > 999) {
        return fail(source, "return.field.%u = %s: expected a return code", id, text);
    }
    field_of(scenario, gpu, id)->code = (int)code;
    return true;
}

static bool set_gpm(struct scenario *scenario, struct gpu *gpu, const struct source *source, unsigned int metric,
                    const char *text) {
    struct gpm_value *set = scenario_alloc(scenario, sizeof *set);
    const char *error = parse_value(scenario, NUMBER, NULL, text, &set->value);
    if (error != NULL) return fail(source, "gpm.%u = %s: %s", metric, text, error);
    set->metric = metric;
    set->next = gpu->gpm;
    gpu->gpm = set;
    return true;
}

static bool set_table_key(struct scenario *scenario, struct gpu *gpu, const struct source *source, const char *name,
                          const char *text) {
    int key = find_key(name);
    if (key < 0) return fail(source, "unknown key %s; the nearest known one is %s", name, nearest_key(name));
    const struct key_name *known = &key_names[key];
    const char *error = parse_value(scenario, known->kind, known->words, text, &gpu->values[key]);
    if (error == NULL) return true;
    if (known->words == NULL) return fail(source, "%s = %s: %s", name, text, error);
    return fail(source, "%s = %s: %s (%s)", name, text, error, known->words);
}

bool set_gpu_key(struct scenario *scenario, struct gpu *gpu, const struct source *source, const char *key,
                 const char *text) {
    unsigned int number;
    const char *rest;
    if (strcmp(key, "lost") == 0 || strcmp(key, "reset_required") == 0) {
        struct trigger *trigger = key[0] == 'l' ? &gpu->lost : &gpu->reset_required;
        return parse_trigger(text, trigger)
               || fail(source, "%s = %s: expected yes, no, at 30s or after 40 calls", key, text);
    }
    if (strcmp(key, "unsupported") == 0) return set_unsupported(gpu, source, text);
    if (numbered(key, "return.field.", &number, &rest) && *rest == '\0') {
        return set_field_return(scenario, gpu, source, number, text);
    }
    if (numbered(key, "field.type.", &number, &rest) && *rest == '\0') {
        return set_field_type(scenario, gpu, source, number, text);
    }
    if (numbered(key, "field.", &number, &rest) && *rest == '\0') return set_field(scenario, gpu, source, number, text);
    if (numbered(key, "gpm.", &number, &rest) && *rest == '\0') return set_gpm(scenario, gpu, source, number, text);
    if (numbered(key, "nvlink.", &number, &rest)) return set_link(scenario, gpu, source, number, rest, text);
    int fault = set_fault_key(gpu->faults, &gpu->every, source, key, text);
    if (fault != 0) return fault > 0;
    return set_table_key(scenario, gpu, source, key, text);
}
