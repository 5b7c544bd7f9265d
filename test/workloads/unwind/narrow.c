/* A program of 32-bit code, without a library: built with -m32 -static -nostdlib -ffreestanding -fno-pic -no-pie. Recurses and works for ever. */
volatile unsigned sink;

__attribute__((noinline)) void burn(void) {
  for (int i = 0; i < 100000; i++) sink += i;
}

__attribute__((noinline)) void deep(int depth) {
  if (depth > 0) deep(depth - 1);
  else burn();
  sink++;
}

void _start(void) {
  for (;;) deep(10);
}
