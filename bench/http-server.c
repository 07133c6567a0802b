/* Servers for load generators to be compared on. One fixed answer to every request; a request is whatever ends with an empty
 * line, so send no bodies.
 *
 *   http-server PORT                              one thread, epoll: the generator is the bottleneck before it is
 *   http-server PORT stall AFTER_MS FOR_MS        likewise, and does nothing for a while, once, counted from its first request
 *   http-server PORT workers COUNT SERVICE_US     COUNT requests are served at once, each for SERVICE_US; others wait */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 64\r\n\r\n"
                             "0123456789012345678901234567890123456789012345678901234567890123";
static sem_t workers;
static long service_us;

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

/* Whether the peer is still there. */
static int serve(int peer, char *request, size_t room) {
  ssize_t size = read(peer, request, room);
  if (size <= 0) return 0;
  if (size < 4 || memcmp(request + size - 4, "\r\n\r\n", 4)) return 1;
  if (service_us > 0) {
    sem_wait(&workers);
    usleep((useconds_t)service_us);
    sem_post(&workers);
  }
  return write(peer, answer, sizeof answer - 1) > 0;
}

static void *connection(void *argument) {
  char request[16384];
  int peer = (int)(long)argument;
  prctl(PR_SET_TIMERSLACK, 1);
  while (serve(peer, request, sizeof request)) {
  }
  close(peer);
  return NULL;
}

static void accept_threads(int listener) {
  int one = 1;
  for (;;) {
    pthread_t thread;
    int peer = accept(listener, NULL, NULL);
    if (peer < 0) continue;
    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (pthread_create(&thread, NULL, connection, (void *)(long)peer) == 0) pthread_detach(thread);
  }
}

static void poll_all(int listener, double stall_after, double stall_ms) {
  static char request[16384];
  int one = 1, poll = epoll_create1(0);
  double first = -1;
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[256];
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    int ready = epoll_wait(poll, events, 256, -1);
    for (int i = 0; i < ready; i++) {
      int peer = events[i].data.fd;
      if (peer == listener) {
        int accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (accepted < 0) continue;
        setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        event.data.fd = accepted;
        epoll_ctl(poll, EPOLL_CTL_ADD, accepted, &event);
        continue;
      }
      if (first < 0) first = now_ms();
      if (stall_after >= 0 && now_ms() - first >= stall_after) {
        stall_after = -1;
        usleep((useconds_t)(stall_ms * 1e3));
      }
      if (!serve(peer, request, sizeof request)) close(peer);
    }
  }
}

int main(int count, char **arguments) {
  int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET};
  if (count != 2 && count != 5) return 2;
  address.sin_port = htons((unsigned short)atoi(arguments[1]));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  signal(SIGPIPE, SIG_IGN);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) {
    perror("listen");
    return 1;
  }
  puts("ready");
  fflush(stdout);
  if (count == 5 && !strcmp(arguments[2], "workers")) {
    sem_init(&workers, 0, (unsigned)atoi(arguments[3]));
    service_us = atol(arguments[4]);
    accept_threads(listener);
  } else if (count == 5) {
    poll_all(listener, atof(arguments[3]), atof(arguments[4]));
  } else {
    poll_all(listener, -1, 0);
  }
}
