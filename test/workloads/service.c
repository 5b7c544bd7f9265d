/*
 * A small service in a loop: parses a request, looks a route up, renders a page, sums it up. EXTRA makes parse_header
 * copy so many more blocks through copy_block; ESCAPE sets the rounds of escape_text (1300); RENAMED gives the renderer
 * another name; WRAPPED puts a frame between serve and the renderer. Runs for the seconds given.
 */
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#ifndef EXTRA
#define EXTRA 0
#endif
#ifndef ESCAPE
#define ESCAPE 1300
#endif
#ifdef RENAMED
#define render_page render_html_page
#endif

static volatile uint64_t sink;
static volatile unsigned char from[4096], to[4096];
static unsigned char source[4096], target[4096];

#define KEEP __attribute__((noinline)) static
/* gcc leaves the frame of a function that calls nothing away, and its caller would be missing in stacks. */
#define FRAME __asm__ volatile("" : : "r"(__builtin_frame_address(0)));

/* Byte by byte with -O1; with -O2 gcc sees that nobody reads what was copied. */
KEEP void copy_block(int size) {
  FRAME
  for (int i = 0; i < size; i++) target[i] = source[i];
  __asm__ volatile("" : : : "memory");
  sink++;
}
static inline void skip_spaces(int count) {
  for (int i = 0; i < count; i++) sink += from[i];
}
KEEP void parse_header(void) {
  FRAME
  skip_spaces(400);
  for (int i = 0; i < 4 + EXTRA; i++) copy_block(300);
  sink++;
}
KEEP void parse_body(void) {
  FRAME
  for (int i = 0; i < 900; i++) sink += from[i & 4095] * 3;
}
static void parse_request(void) {
  parse_header();
  parse_body();
  sink++;
}
static uint32_t mix(uint32_t h) {
  for (int i = 0; i < 8; i++) h = (h ^ (h >> 15)) * 0x85ebca6bu;
  return h;
}
KEEP void find_route(void) {
  FRAME
  uint32_t h = sink;
  for (int i = 0; i < 120; i++) h = mix(h + i);
  sink += h;
}
KEEP void escape_text(void) {
  FRAME
  for (int i = 0; i < ESCAPE; i++) sink += to[i & 4095] & 63;
}
KEEP void fill_template(void) {
  FRAME
  for (int i = 0; i < 1700; i++) to[i & 4095] = sink + i;
}
KEEP void render_page(void) {
  FRAME
  fill_template();
  escape_text();
  sink++;
}
#ifdef WRAPPED
KEEP void with_cache(void) {
  FRAME
  render_page();
  sink++;
}
#endif
KEEP void sum_up(void) {
  FRAME
  uint32_t h = 1;
  for (int i = 0; i < 1000; i++) h = h * 31 + to[i & 4095];
  sink += h;
}
KEEP void serve(void) {
  FRAME
  parse_request();
  find_route();
#ifdef WRAPPED
  with_cache();
#else
  render_page();
#endif
  sum_up();
  sink++;
}

int main(int argc, char **argv) {
  time_t end = time(NULL) + atoi(argc > 1 ? argv[1] : "5");
  while (time(NULL) < end) {
    for (int i = 0; i < 1000; i++) serve();
  }
  return 0;
}
