/* Coroutines by makecontext and swapcontext, each on a stack of its own, that yield at every depth. Runs for ever. */
#include <stdint.h>
#include <stdlib.h>
#include <ucontext.h>

#define COROUTINES 4
#define STACK_BYTES (64 * 1024)

volatile uint64_t sink;
static ucontext_t scheduler;
static ucontext_t coroutines[COROUTINES];
static char *stacks[COROUTINES];
static int running;

__attribute__((noinline)) void work(void) {
  for (int i = 0; i < 400; i++) sink += i * sink;
}

__attribute__((noinline)) void descend(int depth) {
  work();
  swapcontext(&coroutines[running], &scheduler);
  if (depth > 0) descend(depth - 1);
  sink++;
}

/* Ends; what follows is the context that it is linked to. */
static void body(int depth) {
  descend(depth);
  work();
}

static void begin(int which) {
  ucontext_t *context = &coroutines[which];
  getcontext(context);
  context->uc_stack.ss_sp = stacks[which];
  context->uc_stack.ss_size = STACK_BYTES;
  context->uc_link = &scheduler;
  makecontext(context, (void (*)(void))body, 1, 5 + which * 5);
}

int main(void) {
  int turns[COROUTINES] = {0};

  for (int i = 0; i < COROUTINES; i++) {
    stacks[i] = malloc(STACK_BYTES);
    begin(i);
  }
  for (;;) {
    for (running = 0; running < COROUTINES; running++) {
      swapcontext(&scheduler, &coroutines[running]);
      /* A body yields once for each depth, and comes back once more when it ends. */
      if (++turns[running] == 5 + running * 5 + 2) {
        turns[running] = 0;
        begin(running);
      }
    }
    work();
  }
}
