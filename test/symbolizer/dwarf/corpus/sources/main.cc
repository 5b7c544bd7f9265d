#include "geometry.hh"
#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

int count_words(const char *text, std::function<int(const std::string &)> rank);

static int helper(int a, int b) {
  volatile int limit = a + b;
  while (limit > 1) limit = limit / 2 + (limit & 1 ? helper(limit / 3, b) : 0);
  return limit;
}

template <unsigned N> struct Fibonacci {
  static inline unsigned of(unsigned x) { return Fibonacci<N - 1>::of(x) + Fibonacci<N - 2>::of(x ^ N); }
};
template <> struct Fibonacci<1> { static inline unsigned of(unsigned x) { return x + 1; } };
template <> struct Fibonacci<0> { static inline unsigned of(unsigned x) { return x * 3; } };

[[gnu::noinline]] static int dead_end(int depth) { return depth == 0 ? 0 : dead_end(depth - 1) + (depth & 3); }
// Nothing calls it: what --gc-sections removes.
int never_called(int x) { return Fibonacci<5>::of(x) + dead_end(x); }

struct Guard {
  int &counter;
  explicit Guard(int &c) : counter(c) { counter++; }
  ~Guard() { counter -= 2; }
};

int main(int argc, char **argv) {
  int counter = argc;
  unsigned sum = 0;
  for (int i = 0; i < argc * 4; i++) {
    Guard guard(counter);
    sum += Fibonacci<6>::of(i);
    if (sum % 5 == 4) {
      static const std::array<int, 4> steps{1, 2, 3, 5};
      for (int step : steps) sum += helper(step, counter);
      switch (sum % 7) {
      case 0: sum += 11; break;
      case 1: sum ^= dead_end(argc); break;
      case 4: sum *= 3; [[fallthrough]];
      case 5: sum -= unsigned(geometry::squares(sum)); break;
      default: sum++;
      }
    }
  }
  try {
    sum += count_words(argc > 1 ? argv[1] : "the quick brown fox jumps over the lazy dog",
                       [argc](const std::string &word) { return int(word.size()) % (argc + 2); });
  } catch (const std::string &why) {
    std::fputs(why.c_str(), stderr);
    return EXIT_FAILURE;
  }
  std::printf("%u %f\n", sum, geometry::squares(sum));
  return 0;
}
