/* Throws through some frames with destructors and catches, again and again, in two threads. Runs for ever. */
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>

/* Each thread's own: the time that threads wait for each other's memory depends on what else runs, perf's own work for one. */
thread_local volatile uint64_t sink;

struct Counted {
  std::string name;
  explicit Counted(int depth) : name("a frame that has something to destroy " + std::to_string(depth)) {}
  ~Counted() {
    for (int i = 0; i < 4000; i++) sink = sink + i + name.size();
  }
};

__attribute__((noinline)) void thrower(int depth) {
  Counted counted(depth);
  if (depth == 0) throw std::runtime_error("at the bottom");
  thrower(depth - 1);
  sink = sink + 1;
}

__attribute__((noinline)) void catcher() {
  try {
    thrower(12);
  } catch (const std::exception &error) {
    for (const char *at = error.what(); *at; at++) sink = sink + *at;
  }
}

static void forever() {
  for (;;) catcher();
}

int main() {
  std::thread other(forever);
  forever();
}
