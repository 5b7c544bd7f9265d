/* Calls, for ever, code made at run time that can be written to while it runs, and that uses the frame pointer for something else: 0. x86-64. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static const unsigned char CODE[] = {
    0x55,                         /* push %rbp */
    0x31, 0xed,                   /* xor %ebp,%ebp */
    0xb9, 0x00, 0x00, 0x10, 0x00, /* mov $0x100000,%ecx */
    0xff, 0xc9,                   /* dec %ecx */
    0x75, 0xfc,                   /* jne to it */
    0x5d,                         /* pop %rbp */
    0xc3,                         /* ret */
};

int main(void) {
  void *memory = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) abort();
  memcpy(memory, CODE, sizeof CODE);
  for (;;) ((void (*)(void))memory)();
}
