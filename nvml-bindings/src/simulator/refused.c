/*
 * Functions that real clients look up and the simulation has no values for. The C calling convention lets a function
 * ignore arguments it was given, so that one shape serves all; scripted driver faults apply to them too.
 */
#include "simulator.h"

#define ANSWERED(function)
#define REFUSED(function, code)               \
    EXPORT nvmlReturn_t function(void);       \
    EXPORT nvmlReturn_t function(void) {      \
        DRIVER_CALL(function);                \
        return code;                          \
    }
#include "functions.def"
