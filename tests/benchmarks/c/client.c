/* The crowd of the stream rows: N connections, one request each, and the time of every event.
 *
 * In C so that it does not distort what it measures: one thread, epoll, no allocation per event but the list of times.
 *
 *   client PORT STREAMS RAMP_MS DEADLINE_S REQUEST OUT
 *
 * REQUEST is a file with the whole HTTP request; each "@@@@@@" in it becomes the stream's number in six digits.
 * Stream i is sent at i * RAMP_MS / STREAMS after the first. Times are in nanoseconds of CLOCK_REALTIME; the time of an
 * event is the one at which the kernel received its last bytes (SO_TIMESTAMPNS, socket(7)).
 *
 * So the client need not be woken for each event to know its time, and is not: it looks each LOOK_NS. A waiting reader
 * would be woken by every write, at the writer's expense, and a fast writer would be charged less for it than a slow one.
 *
 * OUT: u64 streams, then for each stream u64 sent, head, end, status, whole, events, then u64 time and u64 kind for each
 * event (0 other, 1 with content, 2 the terminator). Zero means that it did not happen.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { EVENT_MAX = 4096, LINE_MAX_ = 64, READ_MAX = 1 << 16, BURST = 64, LOOK_NS = 1000000 };
enum phase { HEAD, SIZE, DATA, AFTER, PLAIN, TRAILER, CLOSED };
enum kind { OTHER, CONTENT, DONE };

struct seen { uint64_t time, kind; };

struct stream {
    int fd;
    enum phase phase;
    uint64_t sent, head, end, status, whole;
    size_t left, filled, line;
    char event[EVENT_MAX], size[LINE_MAX_];
    struct seen *seen;
    size_t count, room;
};

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void die(const char *what) {
    perror(what);
    exit(1);
}

/* An event is read for its kind only: whether it has content, or is the terminator. */
static enum kind kind_of(const char *event) {
    static const char key[] = "\"content\":\"";
    if (strstr(event, "data: [DONE]") || strstr(event, "data:[DONE]")) return DONE;
    const char *found = strstr(event, key);
    if (!found) found = strstr(event, "\"content\": \"");
    if (!found) return OTHER;
    return *(strchr(found + 9, '"') + 1) == '"' ? OTHER : CONTENT;
}

static void note(struct stream *s, uint64_t time) {
    if (s->count == s->room) {
        s->room = s->room ? s->room * 2 : 1024;
        s->seen = realloc(s->seen, s->room * sizeof *s->seen);
        if (!s->seen) die("realloc");
    }
    s->event[s->filled < EVENT_MAX ? s->filled : EVENT_MAX - 1] = 0;
    s->seen[s->count++] = (struct seen){time, kind_of(s->event)};
    s->filled = 0;
}

/* A blank line ends an event; carriage returns are not kept. */
static void body(struct stream *s, const char *data, size_t length, uint64_t time) {
    for (size_t i = 0; i < length; i++) {
        char c = data[i];
        if (c == '\r') continue;
        if (c == '\n' && (s->filled == 0 || s->event[s->filled - 1] == '\n')) {
            if (s->filled) note(s, time);
            continue;
        }
        if (s->filled < EVENT_MAX - 1) s->event[s->filled++] = c;
    }
}

static void finish(struct stream *s, int whole, uint64_t time) {
    s->end = time;
    s->whole = (uint64_t)whole;
    s->phase = CLOSED;
    close(s->fd);
}

static void head_ended(struct stream *s, uint64_t time) {
    s->event[s->filled] = 0;
    s->head = time;
    s->status = (uint64_t)atoi(s->event + 9);
    s->phase = strcasestr(s->event, "transfer-encoding: chunked") ? SIZE : PLAIN;
    s->filled = 0;
}

static size_t head(struct stream *s, const char *data, size_t length, uint64_t time) {
    for (size_t i = 0; i < length; i++) {
        if (s->filled == EVENT_MAX - 1) {
            finish(s, 0, time);
            return length;
        }
        s->event[s->filled++] = data[i];
        if (s->filled >= 4 && !memcmp(s->event + s->filled - 4, "\r\n\r\n", 4)) {
            head_ended(s, time);
            return i + 1;
        }
    }
    return length;
}

/* RFC 9112, 7.1: size in hexadecimal, data, CRLF; a chunk of size 0 ends the body. */
static size_t size_line(struct stream *s, const char *data, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (data[i] == '\n') {
            s->size[s->line] = 0;
            s->line = 0;
            s->left = strtoul(s->size, NULL, 16);
            s->phase = s->left ? DATA : TRAILER;
            return i + 1;
        }
        if (s->line < LINE_MAX_ - 1) s->size[s->line++] = data[i];
    }
    return length;
}

static size_t part(struct stream *s, const char *data, size_t length, uint64_t time) {
    size_t take = length < s->left ? length : s->left;
    body(s, data, take, time);
    s->left -= take;
    if (!s->left) s->phase = AFTER;
    return take;
}

static size_t after(struct stream *s, const char *data) {
    if (*data == '\n') s->phase = SIZE;
    return 1;
}

static void feed(struct stream *s, const char *data, size_t length, uint64_t time) {
    while (length && s->phase != CLOSED) {
        size_t used = length;
        switch (s->phase) {
            case HEAD: used = head(s, data, length, time); break;
            case SIZE: used = size_line(s, data, length); break;
            case DATA: used = part(s, data, length, time); break;
            case AFTER: used = after(s, data); break;
            case PLAIN: body(s, data, length, time); break;
            default: break;
        }
        data += used;
        length -= used;
        if (s->phase == TRAILER) finish(s, 1, time);
    }
}

/* When the kernel received what was read; the time now where it does not say. */
static uint64_t received(struct msghdr *message) {
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec t;
            memcpy(&t, CMSG_DATA(c), sizeof t);
            return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
        }
    }
    return now();
}

static void readable(struct stream *s) {
    static char buffer[READ_MAX];
    char control[CMSG_SPACE(sizeof(struct timespec))];
    struct iovec into = {buffer, sizeof buffer};
    struct msghdr message = {.msg_iov = &into, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    ssize_t got = recvmsg(s->fd, &message, 0);
    if (got > 0) feed(s, buffer, (size_t)got, received(&message));
    else if (got == 0) finish(s, s->phase == PLAIN, now());
    else if (errno != EAGAIN) finish(s, 0, now());
}

static int connected(int port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to)) die("connect");
    fcntl(fd, F_SETFL, O_NONBLOCK);
    if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on)) die("SO_TIMESTAMPNS");
    return fd;
}

static void pause_ms(long ms) {
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

/* A few at a time: a burst of accepts is not what is measured. */
static void connect_all(struct stream *all, size_t count, int port, int poll) {
    for (size_t i = 0; i < count; i++) {
        all[i].fd = connected(port);
        struct epoll_event e = {.events = EPOLLIN, .data.u64 = i};
        if (epoll_ctl(poll, EPOLL_CTL_ADD, all[i].fd, &e)) die("epoll_ctl");
        if (i % BURST == BURST - 1) pause_ms(20);
    }
    pause_ms(500);
}

static void send_request(struct stream *s, size_t number, const char *request, size_t length) {
    char *own = malloc(length + 1), digits[8];
    if (!own) die("malloc");
    memcpy(own, request, length + 1);
    snprintf(digits, sizeof digits, "%06zu", number % 1000000);
    for (char *at = own; (at = strstr(at, "@@@@@@"));) memcpy(at, digits, 6);
    s->sent = now();
    if (write(s->fd, own, length) != (ssize_t)length) finish(s, 0, now());
    free(own);
}

static int starter(uint64_t first, uint64_t step) {
    int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
    struct itimerspec when = {{(time_t)(step / 1000000000), (long)(step % 1000000000)},
                              {(time_t)(first / 1000000000), (long)(first % 1000000000)}};
    if (fd < 0 || timerfd_settime(fd, TFD_TIMER_ABSTIME, &when, NULL)) die("timerfd");
    return fd;
}

static size_t start_due(struct stream *all, size_t started, size_t count, int timer, const char *request, size_t length) {
    uint64_t ticks = 0;
    if (read(timer, &ticks, sizeof ticks) != sizeof ticks) return started;
    while (ticks-- && started < count) {
        send_request(&all[started], started, request, length);
        started++;
    }
    return started;
}

static size_t open_streams(const struct stream *all, size_t count) {
    size_t open = 0;
    for (size_t i = 0; i < count; i++) open += all[i].phase != CLOSED;
    return open;
}

static void run(struct stream *all, size_t count, int poll, uint64_t ramp, uint64_t patience, const char *request, size_t length) {
    enum { READY = 4096 };
    struct epoll_event ready[READY];
    uint64_t first = now() + 10000000, step = count > 1 ? ramp / count + 1 : 1000000;
    int timer = starter(first, step);
    struct epoll_event e = {.events = EPOLLIN, .data.u64 = UINT64_MAX};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, timer, &e)) die("epoll_ctl");
    size_t started = 0;
    while (open_streams(all, count) && now() < first + patience) {
        int n = epoll_wait(poll, ready, READY, 0);
        for (int i = 0; i < n; i++) {
            if (ready[i].data.u64 == UINT64_MAX) started = start_due(all, started, count, timer, request, length);
            else if (all[ready[i].data.u64].phase != CLOSED) readable(&all[ready[i].data.u64]);
        }
        nanosleep(&(struct timespec){0, LOOK_NS}, NULL);
    }
}

static void word(FILE *out, uint64_t value) {
    if (fwrite(&value, sizeof value, 1, out) != 1) die("write");
}

static void save(const char *path, const struct stream *all, size_t count) {
    FILE *out = fopen(path, "wb");
    if (!out) die(path);
    word(out, count);
    for (size_t i = 0; i < count; i++) {
        const struct stream *s = &all[i];
        uint64_t fields[] = {s->sent, s->head, s->end, s->status, s->whole, s->count};
        for (size_t f = 0; f < sizeof fields / sizeof *fields; f++) word(out, fields[f]);
        if (s->count && fwrite(s->seen, sizeof *s->seen, s->count, out) != s->count) die("write");
    }
    if (fclose(out)) die("close");
}

static char *file(const char *path, size_t *length) {
    FILE *in = fopen(path, "rb");
    char *text = calloc(1, READ_MAX);
    if (!in || !text) die(path);
    *length = fread(text, 1, READ_MAX - 1, in);
    fclose(in);
    return text;
}

int main(int argc, char **argv) {
    if (argc != 7) {
        fprintf(stderr, "usage: %s PORT STREAMS RAMP_MS DEADLINE_S REQUEST OUT\n", argv[0]);
        return 2;
    }
    size_t count = strtoul(argv[2], NULL, 10), length;
    char *request = file(argv[5], &length);
    struct stream *all = calloc(count, sizeof *all);
    if (!all) die("calloc");
    int poll = epoll_create1(0);
    connect_all(all, count, atoi(argv[1]), poll);
    run(all, count, poll, strtoul(argv[3], NULL, 10) * 1000000, strtoul(argv[4], NULL, 10) * 1000000000, request, length);
    save(argv[6], all, count);
    return 0;
}
