/* Round trips of SIZE bytes through two pipes to a child that sends back what it gets: what a boundary costs at least.
   ping-pong SIZE COUNT prints the nanoseconds of each round trip on a line of its own. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void move(int fd, char *buffer, size_t size, int writes) {
  for (size_t done = 0; done < size;) {
    ssize_t moved = writes ? write(fd, buffer + done, size - done) : read(fd, buffer + done, size - done);
    if (moved <= 0) _exit(moved == 0 ? 0 : 1);
    done += (size_t)moved;
  }
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  size_t size = strtoul(argv[1], NULL, 10);
  unsigned long count = strtoul(argv[2], NULL, 10);
  char *buffer = malloc(size);
  int there[2], back[2];
  if (size == 0 || buffer == NULL || pipe(there) != 0 || pipe(back) != 0) return 1;
  pid_t child = fork();
  if (child == 0) {
    close(there[1]);
    close(back[0]);
    for (;;) {
      move(there[0], buffer, size, 0);
      move(back[1], buffer, size, 1);
    }
  }
  for (size_t i = 0; i < size; i++) buffer[i] = (char)i;
  for (unsigned long i = 0; i < count; i++) {
    uint64_t begun = now();
    move(there[1], buffer, size, 1);
    move(back[0], buffer, size, 0);
    printf("%llu\n", (unsigned long long)(now() - begun));
  }
  close(there[1]);
  waitpid(child, NULL, 0);
  return 0;
}
