/* Recurses and works for ever. Of 32-bit code without a library where it is built with -m32 -static -nostdlib -ffreestanding -fno-pic -no-pie. */
volatile unsigned sink;

__attribute__((noinline)) void burn(void) {
  for (int i = 0; i < 100000; i++) sink += i;
}

__attribute__((noinline)) void deep(int depth) {
  if (depth > 0) deep(depth - 1);
  else burn();
  sink++;
}

#ifdef __i386__
void _start(void) {
#else
int main(void) {
#endif
  for (;;) deep(10);
}
