/*
 * The caller's terminal, for commands that draw on it.
 *
 * Java never has the terminal: it may hang in the driver, or be killed, and the terminal must come back whatever happens.
 * It draws through the launcher's pipe, and reads its keys from another one. News of the terminal are told among the keys,
 * as terminals themselves tell them: CSI 48 ; rows ; columns ; 0 ; 0 t its size (and that all has to be drawn anew),
 * CSI O that it was put into the background.
 *
 * The launcher may be killed as well (kill -9). A keeper, a process of its own outside the terminal's session, waits for
 * that and gives the terminal back in its place. It changes only what is still as the launcher has set it, since a shell may
 * have set the terminal for its own prompt before.
 */
#define _GNU_SOURCE
#include "screen.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define ENTER "\033[?1049h\033[?25l\033[H\033[2J"
#define LEAVE "\033[0m\033[?25h\033[?1049l"
#define SUSPENDED "\033[O"

enum { KEEPER_PATIENCE = 5 /* seconds, for a terminal whose output is stopped (Ctrl-S) */, MOST_DESCRIPTORS = 1024 };

static int events = -1;
static int taken;
static struct termios before, ours;
static pid_t keeper;
static int keeper_pipe = -1;
static char kept[65536];
static size_t kept_length;
static volatile sig_atomic_t resized, stop_asked, continued;

static void on_news(int number) {
    if (number == SIGWINCH)
        resized = 1;
    else if (number == SIGTSTP)
        stop_asked = 1;
    else
        continued = 1;
}

int screen_possible(void) {
    const char *terminal = getenv("TERM");
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && terminal && *terminal && strcmp(terminal, "dumb");
}

void screen_events_to(int fd) {
    events = fd;
}

int screen_is_taken(void) {
    return taken;
}

int screen_keys(void) {
    return taken ? STDIN_FILENO : -1;
}

/* What does not fit into the pipe is lost: nobody has read keys for a long time. */
static void tell(const char *bytes, size_t length) {
    if (events >= 0 && write(events, bytes, length) < 0 && errno == EPIPE)
        events = -1;
}

void screen_press(char key) {
    tell(&key, 1);
}

static void tell_size(void) {
    struct winsize size;
    char report[64];
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row || !size.ws_col) {
        size.ws_row = 24;
        size.ws_col = 80;
    }
    tell(report, (size_t)snprintf(report, sizeof report, "\033[48;%d;%d;0;0t", size.ws_row, size.ws_col));
}

static void draw(const char *sequence) {
    size_t length = strlen(sequence);
    while (length > 0) {
        ssize_t written = write(STDOUT_FILENO, sequence, length);
        if (written < 0 && errno != EINTR)
            return;
        if (written > 0) {
            sequence += written;
            length -= (size_t)written;
        }
    }
}

static int same(const struct termios *a, const struct termios *b) {
    return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_cflag == b->c_cflag && a->c_lflag == b->c_lflag
           && !memcmp(a->c_cc, b->c_cc, sizeof a->c_cc);
}

static _Noreturn void keep_watch(int launcher) {
    struct termios now;
    sigset_t all;
    char farewell;
    setsid(); /* no signal of the terminal or of the job, and no SIGTTOU, from now on */
    sigfillset(&all);
    sigdelset(&all, SIGALRM);
    sigprocmask(SIG_SETMASK, &all, NULL);
    dup2(launcher, STDERR_FILENO);
    for (int fd = STDERR_FILENO + 1; fd < MOST_DESCRIPTORS; fd++)
        close(fd);
    ssize_t got;
    while ((got = read(STDERR_FILENO, &farewell, 1)) < 0 && errno == EINTR)
        ;
    if (got == 0) { /* the launcher is dead, and has not said goodbye */
        alarm(KEEPER_PATIENCE);
        draw(LEAVE);
        if (!tcgetattr(STDIN_FILENO, &now) && same(&now, &ours))
            tcsetattr(STDIN_FILENO, TCSANOW, &before);
    }
    _exit(0);
}

static void start_keeper(void) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        return;
    keeper = fork();
    if (keeper == 0) {
        close(ends[1]);
        keep_watch(ends[0]);
    }
    close(ends[0]);
    keeper_pipe = ends[1];
}

static void dismiss_keeper(void) {
    if (keeper_pipe < 0)
        return;
    ssize_t told = write(keeper_pipe, "", 1);
    close(keeper_pipe);
    keeper_pipe = -1;
    if (keeper > 0 && told == 1)
        while (waitpid(keeper, NULL, 0) < 0 && errno == EINTR)
            ;
    keeper = 0;
}

static void listen_to(int number, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler};
    sigaction(number, &action, NULL);
}

static void set_mode(void) {
    tcsetattr(STDIN_FILENO, TCSADRAIN, &ours);
    tcgetattr(STDIN_FILENO, &ours); /* as the kernel has made it, for the keeper's comparison */
}

static void show(void) {
    draw(ENTER);
    tell_size();
}

void screen_take(void) {
    if (taken || tcgetattr(STDIN_FILENO, &before))
        return;
    ours = before;
    ours.c_lflag &= ~(tcflag_t)(ICANON | ECHO); /* ISIG stays: Ctrl-C and Ctrl-Z must work when Java hangs */
    ours.c_cc[VMIN] = 1;
    ours.c_cc[VTIME] = 0;
    taken = 1;
    listen_to(SIGWINCH, on_news);
    listen_to(SIGTSTP, on_news);
    listen_to(SIGCONT, on_news);
    set_mode();
    start_keeper();
    show();
}

void screen_give_back(void) {
    sigset_t background, old;
    if (!taken)
        return;
    taken = 0;
    listen_to(SIGWINCH, SIG_DFL);
    listen_to(SIGTSTP, SIG_DFL);
    listen_to(SIGCONT, SIG_DFL);
    sigemptyset(&background);
    sigaddset(&background, SIGTTOU);
    sigprocmask(SIG_BLOCK, &background, &old);
    draw(LEAVE);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
    sigprocmask(SIG_SETMASK, &old, NULL);
    dismiss_keeper();
    fwrite(kept, 1, kept_length, stderr);
    kept_length = 0;
}

/* Ctrl-Z: ignored by the kernel where no shell could continue us. */
static void suspend(void) {
    stop_asked = 0;
    tell(SUSPENDED, strlen(SUSPENDED));
    screen_give_back();
    raise(SIGTSTP);
    screen_take();
}

int screen_turn(void) {
    char keys[256];
    struct pollfd ready = {STDIN_FILENO, POLLIN, 0};
    if (!taken)
        return 1;
    if (stop_asked)
        suspend();
    if (continued) { /* after a stop that nobody could catch: a shell has used the terminal meanwhile */
        continued = 0;
        set_mode();
        show();
    }
    if (resized) {
        resized = 0;
        tell_size();
    }
    if (poll(&ready, 1, 0) <= 0 || !ready.revents)
        return 1;
    ssize_t length = read(STDIN_FILENO, keys, sizeof keys);
    if (length > 0)
        tell(keys, (size_t)length);
    return length > 0 || (length < 0 && (errno == EINTR || errno == EAGAIN));
}

int screen_keep(const char *bytes, size_t length) {
    if (!taken)
        return 0;
    if (length > sizeof kept - kept_length)
        length = sizeof kept - kept_length;
    memcpy(kept + kept_length, bytes, length);
    kept_length += length;
    return 1;
}
