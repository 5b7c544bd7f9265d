/* Functions for a machine that has no libraries here. */
volatile int sink;
__attribute__((noinline)) void use(void *memory) { sink += *(char *)memory; }
__attribute__((noinline)) int leaf(int n) { return n * 3; }
__attribute__((noinline)) int saves(int a, int b) { use(&a); use(&b); return leaf(a) + leaf(b); }
__attribute__((noinline)) int large(int n)
{
    char room[40000];
    for (int i = 0; i < 40000; i++) room[i] = n;
    use(room);
    return room[n];
}
__attribute__((noinline)) int variable(int n)
{
    char *room = __builtin_alloca(n + 1);
    room[0] = n;
    use(room);
    return room[0];
}
__attribute__((noinline)) int aligned(int n)
{
    char line[64] __attribute__((aligned(64)));
    line[0] = n;
    use(line);
    return line[0];
}
int entry(int n) { return saves(n, 2) + large(n) + variable(n) + aligned(n) + leaf(n); }
