/* Nearly all its time in the kernel: reads /dev/zero in large pieces. Runs for the seconds given. */
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static char buffer[1 << 20];

__attribute__((noinline)) void read_much(int fd) {
  for (int i = 0; i < 100; i++)
    if (read(fd, buffer, sizeof buffer) < 0) _exit(1);
}

int main(int argc, char **argv) {
  int fd = open("/dev/zero", O_RDONLY);
  time_t end = time(NULL) + atoi(argc > 1 ? argv[1] : "3600");
  while (time(NULL) < end) read_much(fd);
  return 0;
}
