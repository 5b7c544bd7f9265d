#include <alloca.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* One function for each shape of frame that compilers make. */
volatile int sink;

__attribute__((noinline)) void use(void *memory) { sink += *(char *)memory; }
__attribute__((noinline)) int leaf(int n) { return n * 3; }
__attribute__((noinline)) int saves(int a, int b) { use(&a); use(&b); return leaf(a) + leaf(b); }
__attribute__((noinline)) int large(int n)
{
    char room[200000];
    memset(room, n, sizeof room);
    use(room);
    return room[n];
}
__attribute__((noinline)) int variable(int n)
{
    char *room = alloca(n + 1);
    room[0] = n;
    use(room);
    return room[0];
}
/* The stack is aligned anew, and the old one kept in a register, then in a slot: the last arguments are found by it. */
__attribute__((noinline)) int aligned(int n, int b, int c, int d, int e, int f, int g, int h)
{
    char line[64] __attribute__((aligned(64)));
    line[0] = n;
    use(line);
    char *room = alloca(n + 1);
    room[0] = n;
    use(room);
    return line[0] + room[0] + b + c + d + e + f + g + h;
}
__attribute__((noinline)) int many(int a, int b, int c, int d, int e, int f, int g, int h)
{
    if (a > b) return leaf(a);
    if (c > d) return leaf(c) + leaf(d);
    return leaf(e) + saves(f, g) + h;
}
__attribute__((noinline)) int arguments(int n, ...)
{
    va_list list;
    va_start(list, n);
    int sum = 0;
    while (n-- > 0) sum += va_arg(list, int);
    va_end(list);
    return sum + leaf(sum);
}
static jmp_buf place;
__attribute__((noinline)) void jumps(int n) { if (n > 0) longjmp(place, n); }
static void handler(int number) { sink += number; }

int main(int argc, char **argv)
{
    signal(SIGUSR1, handler);
    raise(SIGUSR1);
    if (setjmp(place) == 0) jumps(argc);
    printf("%s %d\n", argv[0], saves(argc, 2) + large(argc) + variable(argc) + aligned(argc, 2, 3, 4, 5, 6, 7, 8) + arguments(2, 1, 2));
    return many(argc, 2, 3, 4, 5, 6, 7, 8) == 0;
}
