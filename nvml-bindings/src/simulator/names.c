/* The key table, the function names, and the nearest known name for a message. */
#include <stdlib.h>
#include <string.h>

#include "simulator.h"

const struct key_name key_names[KEY_COUNT] = {
#define KEY(symbol, name, kind, unit, words, function) {name, kind, unit, words, function},
#include "keys.def"
#undef KEY
};

const char *const function_names[FN_COUNT] = {
#define ANSWERED(function) #function,
#define REFUSED(function, code) #function,
#include "functions.def"
#undef ANSWERED
#undef REFUSED
};

int find_key(const char *name) {
    for (int key = 0; key < KEY_COUNT; key++) {
        if (strcmp(key_names[key].name, name) == 0) return key;
    }
    return -1;
}

/* An exact name, or a prefix with a trailing `*`. */
bool name_matches(const char *pattern, const char *name) {
    size_t length = strlen(pattern);
    if (length > 0 && pattern[length - 1] == '*') return strncmp(pattern, name, length - 1) == 0;
    return strcmp(pattern, name) == 0;
}

/* How many letters to insert, drop or change; names longer than 79 letters are cut. */
static unsigned int edit_distance(const char *from, const char *to) {
    enum { LONGEST = 79 };
    unsigned int row[LONGEST + 1];
    size_t width = strnlen(to, LONGEST), height = strnlen(from, LONGEST);
    for (size_t x = 0; x <= width; x++) row[x] = (unsigned int)x;
    for (size_t y = 1; y <= height; y++) {
        unsigned int diagonal = row[0];
        row[0] = (unsigned int)y;
        for (size_t x = 1; x <= width; x++) {
            unsigned int change = diagonal + (from[y - 1] != to[x - 1]);
            diagonal = row[x];
            unsigned int drop = row[x] + 1, insert = row[x - 1] + 1;
            row[x] = change < drop ? change : drop;
            if (insert < row[x]) row[x] = insert;
        }
    }
    return row[width];
}

const char *nearest(const char *name, const char *const *candidates, unsigned int count) {
    const char *best = candidates[0];
    unsigned int least = ~0U;
    for (unsigned int i = 0; i < count; i++) {
        unsigned int distance = edit_distance(name, candidates[i]);
        if (distance < least) {
            least = distance;
            best = candidates[i];
        }
    }
    return best;
}

const char *nearest_key(const char *name) {
    static const char *const others[] = {"lost", "reset_required", "unsupported", "hang", "slow", "crash"};
    const char *candidates[KEY_COUNT + sizeof others / sizeof *others];
    unsigned int count = 0;
    for (int key = 0; key < KEY_COUNT; key++) candidates[count++] = key_names[key].name;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) candidates[count++] = others[i];
    return nearest(name, candidates, count);
}

const char *nearest_function(const char *name) {
    return nearest(name, function_names, FN_COUNT);
}
