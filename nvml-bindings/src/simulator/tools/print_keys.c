/* Prints the key table of README.md from keys.def (make keys). */
#include <stdio.h>

int main(void) {
    printf("| key | unit | words | given by |\n|---|---|---|---|\n");
#define KEY(symbol, name, kind, unit, words, function) \
    printf("| `%s` | %s | %s | %s |\n", name, unit, (const char *)words == NULL ? "" : (const char *)words, function);
#include "../keys.def"
#undef KEY
    return 0;
}
