/*
 * Nearly all its time in the kernel: reads /dev/zero in large pieces. Runs for the seconds given. The system call is
 * made here and not by libc, whose read() has no frame pointer and so would hide its caller from the walk.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static char buffer[1 << 20];

static inline long read_zero(int fd, void *into, size_t size) {
#if defined(__x86_64__)
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(0L), "D"((long)fd), "S"(into), "d"(size) : "rcx", "r11", "memory");
  return result;
#else
  return read(fd, into, size);
#endif
}

__attribute__((noinline)) void read_much(int fd) {
  for (int i = 0; i < 100; i++)
    if (read_zero(fd, buffer, sizeof buffer) < 0) _exit(1);
}

int main(int argc, char **argv) {
  int fd = open("/dev/zero", O_RDONLY);
  time_t end = time(NULL) + atoi(argc > 1 ? argv[1] : "3600");
  while (time(NULL) < end) read_much(fd);
  return 0;
}
