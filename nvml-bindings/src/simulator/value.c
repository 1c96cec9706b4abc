/* Numbers with suffixes, durations, and values over scenario time. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "simulator.h"

static bool at_end(const char *text) {
    while (isspace((unsigned char)*text)) text++;
    return *text == '\0';
}

static double suffix_factor(const char **text) {
    static const struct {
        const char *suffix;
        double factor;
    } suffixes[] = {{"Ki", 1024.0}, {"Mi", 1048576.0}, {"Gi", 1073741824.0}, {"Ti", 1099511627776.0},
                    {"k", 1e3},     {"M", 1e6},        {"G", 1e9},           {"T", 1e12}};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        size_t length = strlen(suffixes[i].suffix);
        if (strncmp(*text, suffixes[i].suffix, length) == 0) {
            *text += length;
            return suffixes[i].factor;
        }
    }
    return 1.0;
}

/* A word of `words` ("none=0 gpu_reset=1"), compared without case. */
static bool find_word(const char *words, const char *word, size_t length, double *number) {
    while (words != NULL && *words != '\0') {
        size_t name = strcspn(words, "=");
        if (name == length && strncasecmp(words, word, length) == 0) {
            *number = (double)strtoull(words + name + 1, NULL, 0);
            return true;
        }
        words += strcspn(words, " ");
        words += strspn(words, " ");
    }
    return false;
}

static bool parse_words(const char *text, const char *words, double *number) {
    unsigned long long bits = 0;
    while (true) {
        text += strspn(text, " \t");
        size_t length = strcspn(text, "| \t");
        double bit;
        if (length == 0 || !find_word(words, text, length, &bit)) return false;
        bits |= (unsigned long long)bit;
        text += length;
        text += strspn(text, " \t");
        if (*text == '\0') break;
        if (*text != '|') return false;
        text++;
    }
    *number = (double)bits;
    return true;
}

bool parse_number(const char *text, const char *words, double *number) {
    if (words != NULL && parse_words(text, words, number)) return true;
    const char *digits = text + strspn(text, " \t");
    const char *first = digits + (*digits == '-' || *digits == '+');
    if (!isdigit((unsigned char)*first) && *first != '.') return false;
    char *end;
    bool hex = first[0] == '0' && (first[1] == 'x' || first[1] == 'X');
    *number = hex ? (double)strtoull(first, &end, 16) * (*digits == '-' ? -1 : 1) : strtod(digits, &end);
    if (end == digits || !isfinite(*number)) return false;
    const char *rest = end;
    if (!hex) *number *= suffix_factor(&rest);
    return at_end(rest);
}

bool parse_duration(const char *text, double *seconds) {
    static const struct {
        const char *unit;
        double factor;
    } units[] = {{"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
    char *end;
    text += strspn(text, " \t");
    if (!isdigit((unsigned char)*text) && *text != '.') return false;
    *seconds = strtod(text, &end);
    if (end == text || !isfinite(*seconds)) return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t length = strlen(units[i].unit);
        if (strncmp(end, units[i].unit, length) == 0 && at_end(end + length)) {
            *seconds *= units[i].factor;
            return true;
        }
    }
    return at_end(end);
}

/* `yes`, `no`, `every call`, `at 30s`, `after 5 calls`. */
bool parse_trigger(const char *text, struct trigger *trigger) {
    *trigger = (struct trigger){.kind = NOW};
    text += strspn(text, " \t");
    if (strcmp(text, "yes") == 0 || strcmp(text, "every call") == 0) return true;
    if (strcmp(text, "no") == 0) {
        trigger->kind = NEVER;
        return true;
    }
    if (strncmp(text, "at ", 3) == 0) {
        trigger->kind = AT_TIME;
        return parse_duration(text + 3, &trigger->at);
    }
    if (strncmp(text, "after ", 6) == 0) {
        char *end;
        trigger->kind = AFTER_CALLS;
        trigger->calls = strtoull(text + 6, &end, 10);
        if (end == text + 6 || !isdigit((unsigned char)text[6])) return false;
        end += strspn(end, " ");
        return strcmp(end, "calls") == 0 || strcmp(end, "call") == 0;
    }
    return false;
}

/* Arguments of sine(...) and rate(...): numbers or durations, split at commas. */
static unsigned int parse_arguments(const char *text, double *numbers, unsigned int room) {
    char part[64];
    unsigned int count = 0;
    while (count < room) {
        size_t length = strcspn(text, ",)");
        if (text[length] == '\0' || length >= sizeof part) return 0;
        memcpy(part, text, length);
        part[length] = '\0';
        if (!parse_number(part, NULL, &numbers[count]) && !parse_duration(part, &numbers[count])) return 0;
        count++;
        if (text[length] == ')') return at_end(text + length + 1) ? count : 0;
        text += length + 1;
    }
    return 0;
}

static const char *parse_function(struct scenario *scenario, const char *text, struct value *value) {
    double numbers[4] = {0};
    bool sine = strncmp(text, "sine(", 5) == 0;
    unsigned int count = parse_arguments(text + 5, numbers, 4);
    if (sine && (count < 3 || numbers[2] <= 0)) return "write sine(low, high, period[, phase])";
    if (!sine && count != 2) return "write rate(start, per second)";
    struct point *points = scenario_alloc(scenario, 2 * sizeof *points);
    points[0] = (struct point){numbers[0], numbers[1]};
    points[1] = (struct point){numbers[2], numbers[3]};
    value->shape = sine ? SINE : RATE;
    value->points = points;
    return NULL;
}

static const char *parse_series(struct scenario *scenario, const char *words, const char *text, struct value *value) {
    char part[128];
    double last = -1;
    struct point *points = scenario_alloc(scenario, (strlen(text) / 2 + 1) * sizeof *points);
    while (*(text += strspn(text, " \t,")) != '\0') {
        size_t length = strcspn(text, " \t,");
        char *colon;
        struct point *point = &points[value->count];
        if (length >= sizeof part) return "this point is too long";
        memcpy(part, text, length);
        part[length] = '\0';
        if ((colon = strchr(part, ':')) == NULL) return "write a series as time:value time:value";
        *colon = '\0';
        if (!parse_duration(part, &point->at)) return "a series has a bad time";
        if (!parse_number(colon + 1, words, &point->value)) return "a series has a bad number";
        if (point->at <= last) return "the times of a series must grow";
        last = point->at;
        value->count++;
        text += length;
    }
    value->shape = LINEAR;
    value->points = points;
    return value->count == 0 ? "a series is empty" : NULL;
}

static const char *parse_list(struct scenario *scenario, const char *text, struct value *value) {
    struct point *points = scenario_alloc(scenario, (strlen(text) / 2 + 1) * sizeof *points);
    while (*(text += strspn(text, " \t,")) != '\0') {
        char *end;
        points[value->count].value = strtod(text, &end);
        if (end == text || (*end != '\0' && strchr(" \t,", *end) == NULL)) return "write numbers with blanks between";
        value->count++;
        text = end;
    }
    value->points = points;
    return NULL;
}

const char *parse_value(struct scenario *scenario, enum value_kind kind, const char *words, const char *text,
                        struct value *value) {
    *value = (struct value){.kind = kind};
    if (strcmp(text, "na") == 0) {
        value->kind = ABSENT; /* takes a default of [gpu *] away */
        return NULL;
    }
    if (kind == TEXT) {
        value->text = scenario_text(scenario, text);
        return NULL;
    }
    if (kind == LIST) return parse_list(scenario, text, value);
    if (strncmp(text, "sine(", 5) == 0 || strncmp(text, "rate(", 5) == 0) return parse_function(scenario, text, value);
    if (strchr(text, ':') != NULL) return parse_series(scenario, words, text, value);
    if (!parse_number(text, words, &value->constant)) {
        return words == NULL ? "not a number" : "neither a number nor one of its words";
    }
    return NULL;
}

static double linear_at(const struct value *value, double now) {
    const struct point *points = value->points;
    unsigned int last = value->count - 1;
    if (now <= points[0].at) return points[0].value;
    if (now >= points[last].at) return points[last].value;
    unsigned int right = 1;
    while (points[right].at < now) right++;
    const struct point *from = &points[right - 1], *to = &points[right];
    return from->value + (to->value - from->value) * (now - from->at) / (to->at - from->at);
}

double value_at(const struct value *value, double now) {
    const struct point *points = value->points;
    switch (value->shape) {
        case LINEAR:
            return linear_at(value, now);
        case SINE: {
            double low = points[0].at, high = points[0].value, period = points[1].at, phase = points[1].value;
            return (low + high) / 2 + (high - low) / 2 * sin(2 * 3.14159265358979323846 * (now + phase) / period);
        }
        case RATE:
            return points[0].at + points[0].value * now;
        default:
            return value->constant;
    }
}
