/* The limit of the stream rows: a server that does nothing but write events on time.
 *
 *   wheel PORT FIRST_US GAP_US TOKENS BYTES
 *
 * One thread, epoll, and a timer wheel of one-millisecond slots turned by a timerfd. Any request with a body is answered
 * by a stream of TOKENS events of BYTES bytes each, the first FIRST_US after arrival, then one each GAP_US; every due time
 * is counted from arrival, so a late event does not delay the next. What a client sends is not looked at.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS = 4096, TICK_US = 1000, IN_MAX = 1 << 12, OUT_MAX = 1 << 13, READY = 512, LISTENER = 0, TIMER = 1 };

static const char HEAD[] =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\n"
    "transfer-encoding: chunked\r\n\r\n";
static const char BEFORE[] =
    "data: {\"id\":\"chatcmpl-000000000000000000000001\",\"object\":\"chat.completion.chunk\",\"created\":1795359119,"
    "\"model\":\"openai-generic\",\"system_fingerprint\":\"fp_wheel\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"";
static const char BEHIND[] = "\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n";
static const char LAST[] = "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n";

struct client {
    int fd;
    uint64_t due;  /* microseconds; 0: no stream under way */
    long left;
    size_t filled;
    struct client *next;
    char in[IN_MAX];
};

static struct client *slots[SLOTS];
static uint64_t turned;
static char event[OUT_MAX];
static size_t event_length;
static uint64_t first_us, gap_us;
static long tokens;

static uint64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

static void die(const char *what) {
    perror(what);
    exit(1);
}

/* Rounded up to a tick: never early. */
static void put(struct client *c) {
    uint64_t tick = (c->due + TICK_US - 1) / TICK_US;
    if (tick <= turned) tick = turned + 1;
    struct client **slot = &slots[tick % SLOTS];
    c->next = *slot;
    *slot = c;
}

static int sent(struct client *c, const char *data, size_t length) {
    return write(c->fd, data, length) == (ssize_t)length;
}

static void drop(struct client *c) {
    close(c->fd);
    free(c);
}

/* Writes what is due; a client that does not take it is dropped. */
static void emit(struct client *c, uint64_t time) {
    static char out[OUT_MAX * 4];
    size_t filled = 0;
    while (c->left && c->due <= time && filled + event_length + sizeof LAST < sizeof out) {
        memcpy(out + filled, event, event_length);
        filled += event_length;
        c->due += gap_us;
        c->left--;
    }
    if (!c->left) {
        memcpy(out + filled, LAST, sizeof LAST - 1);
        filled += sizeof LAST - 1;
    }
    if (!sent(c, out, filled)) c->left = -1;
    if (c->left > 0) put(c);
    else c->due = 0;
}

static void turn(void) {
    uint64_t until = now_us() / TICK_US;
    while (turned < until) {
        turned++;
        struct client *c = slots[turned % SLOTS];
        slots[turned % SLOTS] = NULL;
        while (c) {
            struct client *next = c->next;
            if (c->fd < 0) free(c);
            else emit(c, now_us() > turned * TICK_US ? now_us() : turned * TICK_US);
            c = next;
        }
    }
}

/* The body's length as the head says it; -1 while the head is not complete. */
static long whole(const struct client *c) {
    const char *end = memmem(c->in, c->filled, "\r\n\r\n", 4);
    if (!end) return -1;
    const char *said = strcasestr(c->in, "content-length:");
    return (end + 4 - c->in) + (said && said < end ? atol(said + 15) : 0);
}

static void begin(struct client *c) {
    c->filled = 0;
    c->left = tokens;
    c->due = now_us() + first_us;
    if (sent(c, HEAD, sizeof HEAD - 1)) put(c);
}

/* A stream that is in the wheel is freed there. */
static void left(struct client *c) {
    if (!c->due) {
        drop(c);
        return;
    }
    close(c->fd);
    c->fd = -1;
}

static void readable(struct client *c) {
    ssize_t got = read(c->fd, c->in + c->filled, IN_MAX - 1 - c->filled);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        left(c);
        return;
    }
    c->filled += (size_t)got;
    c->in[c->filled] = 0;
    long length = whole(c);
    if (!c->due && length >= 0 && c->filled >= (size_t)length) begin(c);
    else if (c->filled == IN_MAX - 1) left(c);
}

static void welcome(int listener, int poll) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK), on = 1;
    if (fd < 0) return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct client *c = calloc(1, sizeof *c);
    if (!c) die("calloc");
    c->fd = fd;
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &e)) die("epoll_ctl");
}

static int listening(int port) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    inet_pton(AF_INET, "127.0.0.1", &at.sin_addr);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 4096)) die("listen");
    return fd;
}

static int ticking(void) {
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    turned = now_us() / TICK_US;
    uint64_t first = (turned + 1) * TICK_US;
    struct itimerspec every = {{0, TICK_US * 1000}, {(time_t)(first / 1000000), (long)(first % 1000000 * 1000)}};
    if (fd < 0 || timerfd_settime(fd, TFD_TIMER_ABSTIME, &every, NULL)) die("timerfd");
    return fd;
}

/* One chunk of the wire: an event of `bytes` bytes, padded in its content. */
static void prepare(size_t bytes) {
    char data[OUT_MAX / 2];
    size_t frame = sizeof BEFORE + sizeof BEHIND - 2, pad = bytes > frame ? bytes - frame : 1;
    if (frame + pad >= sizeof data) pad = sizeof data - frame - 1;
    memcpy(data, BEFORE, sizeof BEFORE - 1);
    memset(data + sizeof BEFORE - 1, 'w', pad);
    memcpy(data + sizeof BEFORE - 1 + pad, BEHIND, sizeof BEHIND);
    event_length = (size_t)snprintf(event, sizeof event, "%zx\r\n%s\r\n", frame + pad, data);
}

int main(int argc, char **argv) {
    if (argc != 6) {
        fprintf(stderr, "usage: %s PORT FIRST_US GAP_US TOKENS BYTES\n", argv[0]);
        return 2;
    }
    first_us = strtoul(argv[2], NULL, 10);
    gap_us = strtoul(argv[3], NULL, 10);
    tokens = atol(argv[4]);
    prepare(strtoul(argv[5], NULL, 10));
    int poll = epoll_create1(0), listener = listening(atoi(argv[1])), timer = ticking();
    struct epoll_event ready[READY], first = {.events = EPOLLIN, .data.u64 = LISTENER},
                                     second = {.events = EPOLLIN, .data.u64 = TIMER};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, listener, &first) || epoll_ctl(poll, EPOLL_CTL_ADD, timer, &second)) die("epoll_ctl");
    for (;;) {
        int n = epoll_wait(poll, ready, READY, -1);
        for (int i = 0; i < n; i++) {
            uint64_t ticks;
            if (ready[i].data.u64 == LISTENER) welcome(listener, poll);
            else if (ready[i].data.u64 == TIMER) { if (read(timer, &ticks, sizeof ticks) > 0) turn(); }
            else readable(ready[i].data.ptr);
        }
    }
}
