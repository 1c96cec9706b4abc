/*
 * bin/gpudiag: starts the product's own Java runtime with the flags of one command, and leaves when that command has
 * answered, or when its time is over.
 *
 * A thread that waits inside the NVIDIA kernel driver (state D) keeps its whole process, whoever waits for it, and
 * every descriptor it inherited. So the Java process gets pipes of ours instead of the caller's descriptors, writes its
 * exit code to a control pipe once all output is flushed, and is never waited for after that. `serve` is no such
 * command: it replaces this process, so that systemd watches the Java process itself. Nor are those that read what the
 * caller gives them, for as long as it lasts, and ask no driver. Those that watch have no deadline.
 *
 * Environment given to Java: GPUDIAG_CONTROL_FD (where to write the exit code as a decimal line), GPUDIAG_DEADLINE_NANOS
 * (CLOCK_MONOTONIC, when the answer is due), GPUDIAG_COLOR (1 when stdout is a terminal that may be coloured),
 * GPUDIAG_COLUMNS (how wide that terminal is), GPUDIAG_UTF8 (1 when the caller's locale is UTF-8), GPUDIAG_PROGRESS (1
 * when stderr is a terminal), GPUDIAG_EVENTS (for a command that goes on until it is told to end: its standard input
 * brings Ctrl-C as a byte; "screen" when it may ask for the terminal, see screen.c; else "plain").
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "screen.h"

enum { EXIT_UNDETERMINED = 3, EXIT_NPD_UNKNOWN = 2, EXIT_BUG = 70, EXIT_IO = 74 };

#define SECOND INT64_C(1000000000)
#define DEFAULT_TIMEOUT (10 * SECOND)
#define NPD_TIMEOUT (4 * SECOND)    /* node-problem-detector gives up after five */
#define GRACE (7 * SECOND / 10)     /* Java's own deadline comes first: it can say which call hangs */
#define PATIENCE (2 * SECOND)       /* for a Java that was told to end */
#define MOST_THREADS 1024
#define LONGEST (24 * 3600 * SECOND)
#define FOR_EVER (INT64_MAX / 4)
#define TICK_MILLIS 100             /* how late a death without an exit code is noticed */

static const char *const ALWAYS[] = {
    "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xshare:auto",
    /* a crash inside a native library must not leave a report in the working directory */
    "-XX:ErrorFile=/dev/null", "-XX:+DisplayVMOutputToStderr",
    "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
    "-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8", "-Dstderr.encoding=UTF-8", "-Djava.awt.headless=true",
    "-Djna.nosys=true", "-Djna.platform.library.path=", "-Djna.nounpack=true", "-Djna.noclasspath=true", NULL};
/* Java's report of a crash is for its makers; without it Java dies by SIGABRT, and died() has words for the user */
static const char *const ONCE[] = {"-Xms16m", "-Xmx256m", "-XX:+SuppressFatalErrorMessage", NULL};
static const char *const ONCE_DEBUG[] = {"-Xms16m", "-Xmx256m", NULL};
static const char *const SERVE[] = {
    "-Xms6m", "-Xmx64m", "-Xmn3m", "-XX:MinHeapFreeRatio=5", "-XX:MaxHeapFreeRatio=15", "-Xss512k",
    "-XX:ReservedCodeCacheSize=32m", "-XX:TrimNativeHeapInterval=2000", "-XX:+ExitOnOutOfMemoryError",
    "-XX:-CreateCoredumpOnCrash", NULL};

static const char *const READING[] = {"analyze-memory", "explain-oom", "torch", "xid", NULL};
static const char *const WATCHING[] = {"advise", "watch-memory", NULL};

static volatile sig_atomic_t caught; /* the signal to forward, 0 for none */
static volatile sig_atomic_t catches;
static int64_t deadline;
static enum { PERSON, NAGIOS, NPD } caller; /* who reads the answer */

static void on_signal(int number) {
    caught = number;
    catches++;
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * SECOND + time.tv_nsec;
}

static _Noreturn void fail(const char *what) {
    fprintf(stderr, "gpudiag: %s: %s\n", what, strerror(errno));
    exit(EXIT_BUG);
}

static _Noreturn void die_by(int number) {
    screen_give_back();
    signal(number, SIG_DFL);
    raise(number);
    _exit(128 + number);
}

/* The folder that holds bin/, through any symbolic link. */
static char *product_home(void) {
    static char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length < 0)
        fail("/proc/self/exe (is /proc mounted?)");
    path[length] = '\0';
    for (int level = 0; level < 2; level++) {
        char *slash = strrchr(path, '/');
        if (slash)
            *slash = '\0';
    }
    return path;
}

static char *text(const char *format, const char *home) {
    char *result;
    if (asprintf(&result, format, home) < 0)
        fail("memory");
    return result;
}

/* java, its flags, the main class, and the caller's own arguments. */
static char **java_command(const char *home, int argc, char **argv, const char *const *flags) {
    char **command = calloc((size_t)argc + 64, sizeof *command);
    int n = 0;
    if (!command)
        fail("memory");
    command[n++] = text("%s/runtime/bin/java", home);
    for (const char *const *flag = ALWAYS; *flag; flag++)
        command[n++] = (char *)*flag;
    for (const char *const *flag = flags; *flag; flag++)
        command[n++] = (char *)*flag;
    command[n++] = text("-Djna.boot.library.path=%s/lib/native", home);
    command[n++] = text("-Dgpudiag.home=%s", home);
    command[n++] = text("-Djava.util.logging.config.file=%s/share/logging.properties", home);
    command[n++] = "-cp";
    command[n++] = text("%s/lib/*", home);
    command[n++] = "dev.gpudiag.agent.cli.Main";
    for (int i = 1; i < argc; i++)
        command[n++] = argv[i];
    return command;
}

/* Java must be the same whatever the caller's shell has set for other Java programs. */
static void clean_environment(void) {
    unsetenv("JAVA_TOOL_OPTIONS");
    unsetenv("JDK_JAVA_OPTIONS");
    unsetenv("_JAVA_OPTIONS");
    unsetenv("GPUDIAG_CONTROL_FD");
    unsetenv("GPUDIAG_DEADLINE_NANOS");
    unsetenv("GPUDIAG_COLOR");
    unsetenv("GPUDIAG_COLUMNS");
    unsetenv("GPUDIAG_UTF8");
    unsetenv("GPUDIAG_PROGRESS");
    unsetenv("GPUDIAG_EVENTS");
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("MALLOC_ARENA_MAX", "1", 1);
}

/* 250ms, 10s, 2m, 1h, 1d; what Java will refuse is left to Java. */
static int64_t parse_timeout(const char *value) {
    char *unit;
    errno = 0;
    long long amount = strtoll(value, &unit, 10);
    int64_t scale = !strcmp(unit, "ms") ? SECOND / 1000
                    : !strcmp(unit, "s") ? SECOND
                    : !strcmp(unit, "m") ? 60 * SECOND
                    : !strcmp(unit, "h") ? 3600 * SECOND
                    : !strcmp(unit, "d") ? 24 * 3600 * SECOND : 0;
    if (errno || unit == value || amount < 0 || !scale)
        return DEFAULT_TIMEOUT;
    return amount > LONGEST / scale ? LONGEST : amount * scale;
}

/* The value of an option at argv[i], written in either way; NULL when it is another. */
static const char *option(int argc, char **argv, int i, const char *name) {
    size_t length = strlen(name);
    if (!strncmp(argv[i], name, length) && argv[i][length] == '=')
        return argv[i] + length + 1;
    return !strcmp(argv[i], name) && i + 1 < argc ? argv[i + 1] : NULL;
}

/* Who reads the answer, and how long it may take: the last option of a kind counts. */
static int64_t read_options(int argc, char **argv) {
    int64_t timeout = -1;
    for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
        const char *time = option(argc, argv, i, "--timeout");
        const char *format = option(argc, argv, i, "--format");
        const char *style = option(argc, argv, i, "--exit-style");
        if (time)
            timeout = parse_timeout(time);
        if (format)
            caller = !strcasecmp(format, "npd") ? NPD : !strcasecmp(format, "nagios") ? NAGIOS : PERSON;
        if (style && !strcasecmp(style, "npd"))
            caller = NPD;
    }
    return timeout >= 0 ? timeout : caller == NPD ? NPD_TIMEOUT : DEFAULT_TIMEOUT;
}

static int is_one_of(const char *const *commands, const char *name) {
    while (*commands && strcmp(*commands, name))
        commands++;
    return *commands != NULL;
}

static void export_number(const char *name, int64_t number) {
    char digits[32];
    snprintf(digits, sizeof digits, "%" PRId64, number);
    setenv(name, digits, 1);
}

static const char *set(const char *name) {
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

static int colour_wanted(void) {
    const char *forced = set("CLICOLOR_FORCE");
    const char *terminal = getenv("TERM");
    if (set("NO_COLOR"))
        return 0;
    if (forced && strcmp(forced, "0"))
        return 1;
    return isatty(STDOUT_FILENO) && terminal && strcmp(terminal, "dumb");
}

/* Whether the caller's terminal shows UTF-8; Java itself always runs in a UTF-8 locale. */
static int utf8_wanted(void) {
    const char *locale = set("LC_ALL");
    if (!locale)
        locale = set("LC_CTYPE");
    if (!locale)
        locale = set("LANG");
    return locale && (strcasestr(locale, "UTF-8") || strcasestr(locale, "UTF8"));
}

/* What Java is told of the caller's terminal; clean_environment() takes the caller's own words away first. */
static void describe_terminal(int colour, int utf8) {
    struct winsize size;
    if (colour)
        setenv("GPUDIAG_COLOR", "1", 1);
    if (utf8)
        setenv("GPUDIAG_UTF8", "1", 1);
    if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col > 0)
        export_number("GPUDIAG_COLUMNS", size.ws_col);
    if (isatty(STDERR_FILENO))
        setenv("GPUDIAG_PROGRESS", "1", 1);
}

/* Everything that the Java process gets; never returns. */
static _Noreturn void become_java(char **command, pid_t parent, const int *out, const int *err, int control, int events) {
    sigset_t none;
    struct rlimit no_core = {0, 0};
    setpgid(0, 0);
    setrlimit(RLIMIT_CORE, &no_core);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_BUG);
    int input = events >= 0 ? events : open("/dev/null", O_RDONLY);
    if (input < 0 || dup2(input, 0) < 0 || dup2(out[1], 1) < 0 || dup2(err[1], 2) < 0
        || fcntl(control, F_SETFD, 0) < 0)
        _exit(EXIT_BUG);
    export_number("GPUDIAG_CONTROL_FD", control);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    execv(command[0], command);
    fail(command[0]);
}

static void write_all(int fd, const char *bytes, size_t length) {
    int64_t begun = now();
    if (fd == STDERR_FILENO && screen_keep(bytes, length))
        return;
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        } else if (errno == EAGAIN) {
            struct pollfd ready = {fd, POLLOUT, 0};
            poll(&ready, 1, TICK_MILLIS);
        } else if (errno == EPIPE) {
            die_by(SIGPIPE); /* the reader has seen enough; the kernel kills Java with us */
        } else if (errno != EINTR) {
            screen_give_back();
            if (fd != STDERR_FILENO)
                fprintf(stderr, "gpudiag: cannot write the output: %s\n", strerror(errno));
            _exit(EXIT_IO);
        }
        if (caught)
            break;
    }
    deadline += now() - begun; /* a reader that takes its time is no hung driver */
}

/* Passes on what is there; 0 at the end of the stream. */
static int relay(int from, int to) {
    char buffer[65536];
    for (;;) {
        ssize_t length = read(from, buffer, sizeof buffer);
        if (length > 0)
            write_all(to, buffer, (size_t)length);
        else if (length < 0 && errno == EINTR)
            continue;
        else
            return length < 0;
        if (caught)
            return 1;
    }
}

/*
 * The exit code, once its whole line is there; -1 until then. A line before it asks for the terminal ("screen") or gives it
 * back ("plain"), after which Java reads the end of its input.
 */
static int read_code(int control, int out, int *events) {
    static char line[64];
    static size_t length;
    ssize_t added = read(control, line + length, sizeof line - 1 - length);
    if (added > 0)
        length += (size_t)added;
    line[length] = '\0';
    for (char *end; (end = strchr(line, '\n')); length -= (size_t)(end + 1 - line), memmove(line, end + 1, length + 1)) {
        if (!strncmp(line, "screen", 6) && *events >= 0) {
            screen_take();
        } else if (!strncmp(line, "plain", 5) && *events >= 0) {
            relay(out, STDOUT_FILENO); /* what was drawn before belongs to the screen */
            screen_give_back();
            screen_events_to(-1);
            close(*events);
            *events = -1;
        } else {
            return atoi(line) & 0xff;
        }
    }
    return -1;
}

/* No verdict: the reason for people on stderr, for a program that shows stdout alone as its one line. */
static int undetermined(const char *reason) {
    char line[256];
    fprintf(stderr, "gpudiag: %s\n", reason);
    if (caller == PERSON)
        return EXIT_UNDETERMINED;
    snprintf(line, sizeof line, caller == NPD ? "UNKNOWN: %.70s" : "UNKNOWN - %s", reason);
    strncat(line, "\n", sizeof line - strlen(line) - 1);
    write_all(STDOUT_FILENO, line, strlen(line));
    return caller == NPD ? EXIT_NPD_UNKNOWN : EXIT_UNDETERMINED;
}

/* Java ended and gave no exit code. */
static int died(int status) {
    screen_give_back();
    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGABRT || WTERMSIG(status) == SIGSEGV
                                || WTERMSIG(status) == SIGBUS || WTERMSIG(status) == SIGILL)) {
        int code = undetermined("a native library crashed the process, most likely the NVIDIA driver's; no verdict");
        fputs("gpudiag: see dmesg; GPUDIAG_DEBUG=1 shows where it crashed\n", stderr);
        return code;
    }
    if (WIFSIGNALED(status)) {
        char reason[128];
        snprintf(reason, sizeof reason, "killed by signal %d (%s); no verdict", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
        return undetermined(reason);
    }
    fprintf(stderr, "gpudiag: Java ended with %d and no answer: the installation is damaged, or this is a bug\n",
            WEXITSTATUS(status));
    return EXIT_BUG;
}

/* What the threads of a process do, as /proc shows it without waiting for them. */
struct threads {
    int running, sleeping, stopped, in_kernel;
    char where[64]; /* the kernel function in which one of them waits, where we may read it */
};

static size_t read_small(const char *path, char *text, size_t size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : read(fd, text, size - 1);
    if (fd >= 0)
        close(fd);
    text[length > 0 ? length : 0] = '\0';
    return length > 0 ? (size_t)length : 0;
}

/* Only stat and wchan: cmdline and the like would wait for the memory of a process that hangs. */
static struct threads look_at(pid_t process) {
    struct threads seen = {0};
    char path[320], text[512];
    snprintf(path, sizeof path, "/proc/%d/task", (int)process);
    DIR *tasks = opendir(path);
    struct dirent *task;
    for (int n = 0; tasks && n < MOST_THREADS && (task = readdir(tasks)); n++) {
        if (!isdigit((unsigned char)task->d_name[0]))
            continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/stat", (int)process, task->d_name);
        read_small(path, text, sizeof text);
        const char *state = strrchr(text, ')'); /* the name before it may hold anything */
        if (!state || strlen(state) < 3)
            continue;
        seen.running += state[2] == 'R';
        seen.sleeping += state[2] == 'S' || state[2] == 'I';
        seen.stopped += state[2] == 'T' || state[2] == 't';
        seen.in_kernel += state[2] == 'D';
        if (state[2] == 'D' && !seen.where[0]) {
            snprintf(path, sizeof path, "/proc/%d/task/%s/wchan", (int)process, task->d_name);
            read_small(path, seen.where, sizeof seen.where);
            for (char *c = seen.where; *c; c++)
                if (!isalnum((unsigned char)*c) && *c != '_' && *c != '.')
                    *c = '\0';
            if (!strcmp(seen.where, "0"))
                seen.where[0] = '\0';
        }
    }
    if (tasks)
        closedir(tasks);
    return seen;
}

/* Nothing was heard in time. Which of the reasons it is, /proc says; what it cannot tell is not claimed. */
static int late(pid_t java, int64_t timeout) {
    struct threads seen = look_at(java);
    char reason[256], load[64];
    double seconds = (double)(timeout + GRACE) / (double)SECOND;
    kill(-java, SIGKILL);
    screen_give_back();
    read_small("/proc/loadavg", load, sizeof load);
    load[strcspn(load, " ")] = '\0';
    if (seen.in_kernel)
        snprintf(reason, sizeof reason,
                 "no answer within %.3g s: a thread waits in the kernel and cannot be killed (state D%s%s), most likely "
                 "in the NVIDIA driver; see dmesg for NVRM and Xid", seconds, seen.where[0] ? ", in " : "", seen.where);
    else if (seen.stopped)
        snprintf(reason, sizeof reason,
                 "no answer within %.3g s: its process was stopped (state T) by a debugger or a signal", seconds);
    else if (seen.running)
        snprintf(reason, sizeof reason,
                 "no answer within %.3g s: it still works; this machine is busy (load %s, %ld CPUs), or the driver is "
                 "slow; try --timeout 60s", seconds, load[0] ? load : "unknown", sysconf(_SC_NPROCESSORS_ONLN));
    else
        snprintf(reason, sizeof reason,
                 "no answer within %.3g s: it waits for something that does not come (no thread in state D), a driver "
                 "call or a file; see dmesg", seconds);
    return undetermined(reason);
}

static int supervise(pid_t java, int out, int err, int control, int events, int64_t timeout) {
    struct pollfd fds[] = {{out, POLLIN, 0}, {err, POLLIN, 0}, {control, POLLIN, 0}, {-1, POLLIN, 0}, {-1, 0, 0}};
    int forwarded = 0, interrupted = 0;
    if (events >= 0)
        fds[4].fd = STDOUT_FILENO; /* who repeats himself notices at once that nobody reads any more */
    for (;;) {
        int status, code;
        fds[3].fd = screen_keys();
        poll(fds, 5, TICK_MILLIS);
        if (fds[4].revents & POLLERR)
            die_by(SIGPIPE);
        if (!screen_turn())
            caught = SIGHUP;
        if (caught == SIGINT && events >= 0 && !interrupted) {
            interrupted = 1; /* Ctrl-C ends what repeats itself with an answer */
            caught = 0;
            screen_press(SCREEN_CTRL_C);
            deadline = now() + PATIENCE;
        }
        code = fds[2].fd < 0 ? -1 : read_code(control, out, &events);
        if (code < 0 && fds[2].revents & POLLHUP)
            fds[2].fd = -1;
        int dead = code < 0 && waitpid(java, &status, WNOHANG) == java;
        /* after the code or the death everything that was written is in the pipes */
        if (!relay(out, STDOUT_FILENO))
            fds[0].fd = -1;
        if (!relay(err, STDERR_FILENO))
            fds[1].fd = -1;
        if (caught && (dead || code >= 0 || forwarded)) {
            if (dead || code >= 0 || catches > forwarded || now() > deadline) {
                kill(-java, SIGKILL);
                die_by(caught);
            }
        } else if (caught) {
            kill(-java, caught);
            forwarded = catches;
            deadline = now() + PATIENCE;
        } else if (code >= 0) {
            return code;
        } else if (dead) {
            return died(status);
        } else if (now() > deadline && interrupted) {
            kill(-java, SIGKILL);
            die_by(SIGINT);
        } else if (now() > deadline) {
            return late(java, timeout);
        }
    }
}

static void catch_signals(void) {
    static const int CAUGHT[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: a blocked write must end */
    for (size_t i = 0; i < sizeof CAUGHT / sizeof *CAUGHT; i++) {
        struct sigaction old;
        sigaction(CAUGHT[i], NULL, &old);
        if (old.sa_handler != SIG_IGN) /* nohup */
            sigaction(CAUGHT[i], &action, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
}

/* Whether a command goes on by itself until it is told to end, by a key or by Ctrl-C. */
static int repeats(int argc, char **argv) {
    const char *name = argc > 1 ? argv[1] : "";
    int watch = 0, once = 0, json = 0;
    for (int i = 2; i < argc && strcmp(argv[i], "--"); i++) {
        watch |= !strcmp(argv[i], "--watch");
        once |= !strcmp(argv[i], "--once");
        json |= !strcmp(argv[i], "--json");
    }
    return !strcmp(name, "check") ? watch : !strcmp(name, "top") && !once && (json || screen_possible());
}

int main(int argc, char **argv) {
    int out[2], err[2], control[2], events[2] = {-1, -1};
    char *home = product_home();
    int colour = colour_wanted(), utf8 = utf8_wanted();
    clean_environment();
    describe_terminal(colour, utf8);
    const char *name = argc > 1 ? argv[1] : "";
    if (!strcmp(name, "serve")) {
        char **command = java_command(home, argc, argv, SERVE);
        execv(command[0], command);
        fail(command[0]);
    }
    const char *debug = getenv("GPUDIAG_DEBUG");
    char **command = java_command(home, argc, argv, debug && !strcmp(debug, "1") ? ONCE_DEBUG : ONCE);
    if (is_one_of(READING, name)) {
        execv(command[0], command);
        fail(command[0]);
    }
    int repeating = repeats(argc, argv);
    int watches = repeating || is_one_of(WATCHING, name);
    if (repeating)
        setenv("GPUDIAG_EVENTS", screen_possible() ? "screen" : "plain", 1);
    int64_t timeout = watches ? FOR_EVER : read_options(argc, argv);
    deadline = now() + timeout;
    if (!watches)
        export_number("GPUDIAG_DEADLINE_NANOS", deadline);
    deadline += GRACE;
    /* a caller may have closed 0, 1 or 2: pipes must not land there */
    for (int fd; (fd = open("/dev/null", O_RDWR | O_CLOEXEC)) >= 0;) {
        if (fd > 2) {
            close(fd);
            break;
        }
        fcntl(fd, F_SETFD, 0);
    }
    if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC) || pipe2(control, O_CLOEXEC)
        || (repeating && pipe2(events, O_CLOEXEC)))
        fail("pipe");
    catch_signals();
    pid_t self = getpid();
    pid_t java = fork();
    if (java < 0)
        fail("fork");
    if (java == 0)
        become_java(command, self, out, err, control[1], events[0]);
    setpgid(java, java);
    close(out[1]);
    close(err[1]);
    close(control[1]);
    fcntl(out[0], F_SETFL, O_NONBLOCK);
    fcntl(err[0], F_SETFL, O_NONBLOCK);
    fcntl(control[0], F_SETFL, O_NONBLOCK);
    if (repeating) {
        close(events[0]);
        fcntl(events[1], F_SETFL, O_NONBLOCK);
        screen_events_to(events[1]);
    }
    int code = supervise(java, out[0], err[0], control[0], events[1], timeout);
    screen_give_back();
    return code;
}
