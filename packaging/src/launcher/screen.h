/* The caller's terminal, for commands that draw on it: see screen.c. */
#ifndef GPUDIAG_SCREEN_H
#define GPUDIAG_SCREEN_H

#include <poll.h>
#include <stddef.h>

enum { SCREEN_CTRL_C = 3 };

/* Whether there is a terminal to read keys from and to draw on. */
int screen_possible(void);

/* Keys and news of the terminal go to `events`, which does not block, from now on; to be called once. */
void screen_events_to(int events);

/* Takes the terminal: keys one by one, no echo, a screen of its own without cursor; tells its size. */
void screen_take(void);

/* Gives the terminal back as it was, and shows what was written to standard error meanwhile. Harmless at any time. */
void screen_give_back(void);

int screen_is_taken(void);

/* One key, as if it had been pressed. */
void screen_press(char key);

/* What to wait for beside everything else; -1 while the terminal is not taken. */
int screen_keys(void);

/* Passes on keys, size, suspension and resumption; 0 when the terminal is gone. */
int screen_turn(void);

/* Keeps what is for standard error until the terminal is given back; 0 where it has to be written now. */
int screen_keep(const char *bytes, size_t length);

#endif
