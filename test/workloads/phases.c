/*
 * A program whose time comes in phases: for a while it loads, then it indexes, then it queries, then it packs. How long
 * a phase lasts is drawn anew each time (a tenth of a second to two, half a second on average), so that neighbouring
 * samples resemble each other and two runs are never quite equal. Arguments: seconds, seed (default: the process id).
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static volatile uint64_t sink;
static uint64_t state;
static uint32_t table[1 << 16];

static double uniform(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (double)(state >> 11) / 9007199254740992.0;
}

#define KEEP __attribute__((noinline)) static
/* gcc leaves the frame of a function that calls nothing away, and its caller would be missing in stacks. */
#define FRAME __asm__ volatile("" : : "r"(__builtin_frame_address(0)));
#define BURN(rounds) \
  FRAME \
  for (int i = 0; i < (rounds); i++) sink += i ^ state;

KEEP void read_line(void) { BURN(400) }
KEEP void split_fields(void) { BURN(260) }
KEEP void to_number(void) { BURN(150) }
KEEP void trim(void) { BURN(30) }
KEEP void check_field(void) { BURN(60) }
KEEP void load_row(void) { read_line(); split_fields(); for (int i = 0; i < 3; i++) { to_number(); trim(); } check_field(); sink++; }

KEEP uint32_t hash_key(uint32_t key) { FRAME uint32_t h = key; for (int i = 0; i < 90; i++) h = h * 16777619u ^ (h >> 13); return h; }
KEEP void find_slot(uint32_t key) { for (int i = 0; i < 40; i++) sink += table[(hash_key(key) + i * 64) & 0xffff]; }
KEEP void insert(uint32_t key) { table[hash_key(key) & 0xffff]++; BURN(100) }
KEEP void rehash(void) { BURN(1500) }
KEEP void index_row(void) { uint32_t key = state >> 33; find_slot(key); insert(key); if (uniform() < 0.05) rehash(); sink++; }

KEEP void compare(void) { BURN(70) }
KEEP void sift(int depth) { compare(); if (depth > 0) sift(depth - 1); BURN(25) }
KEEP void filter_rows(void) { BURN(500) }
KEEP void project(void) { BURN(180) }
KEEP void aggregate(void) { BURN(320) }
KEEP void query(void) { filter_rows(); project(); sift(6); aggregate(); sink++; }

KEEP void match_window(void) { BURN(700) }
KEEP void emit_code(void) { BURN(140) }
KEEP void checksum(void) { BURN(210) }
KEEP void flush_block(void) { BURN(45); if (uniform() < 0.02) sink += getppid(); sink++; }
KEEP void pack(void) { match_window(); emit_code(); checksum(); flush_block(); sink++; }

static void (*const phases[])(void) = {load_row, index_row, query, pack};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

KEEP void run_phase(void (*step)(void), double seconds) {
  double end = now() + seconds;
  while (now() < end) for (int i = 0; i < 50; i++) { uniform(); step(); }
}

int main(int argc, char **argv) {
  double end = now() + (argc > 1 ? atof(argv[1]) : 1e9);
  state = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)getpid();
  for (int i = 0; i < 20; i++) uniform();
  while (now() < end) {
    double length = fmin(0.1 - 0.4 * log(1 - uniform()), 2);
    run_phase(phases[(int)(uniform() * 4)], fmin(length, end - now()));
  }
  return 0;
}
