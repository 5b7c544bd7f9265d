#include "table.h"
#include <stdio.h>
#include <string.h>

enum { DEPTH = 64 };
struct machine { uint32_t stack[DEPTH]; int top; const char *at; };

static inline void push(struct machine *m, uint32_t value) { if (m->top < DEPTH) m->stack[m->top++] = value; }
static inline uint32_t pop(struct machine *m) { return m->top > 0 ? m->stack[--m->top] : 0; }
static inline uint32_t helper(struct machine *m, char operation) {
  uint32_t b = pop(m), a = pop(m);
  switch (operation) {
  case '+': return a + b;
  case '-': return a - b;
  case '*': return a * b;
  case '/': return b ? a / b : mix(a);
  default: return mix(a ^ b);
  }
}
static inline __attribute__((always_inline)) void repeat(struct machine *m, int times) {
  for (int i = 0; i < times; i++) push(m, helper(m, "+-*/"[i & 3]));
}

int interpret(const char *program, struct table *t) {
  struct machine m = {{0}, 0, program};
  int added = 0;
  for (; *m.at; m.at++) {
    if (*m.at >= '0' && *m.at <= '9') {
      uint32_t value = 0;
      while (*m.at >= '0' && *m.at <= '9') value = value * 10 + (uint32_t)(*m.at++ - '0');
      m.at--;
      push(&m, value);
    } else if (strchr("+-*/^", *m.at)) {
      push(&m, helper(&m, *m.at));
    } else if (*m.at == 'r') {
      repeat(&m, 5);
    } else if (*m.at == '.') {
      for (int i = 0; i < 2; i++) { added += table_add(t, pop(&m) + 1); if (m.top == 0) break; }
    }
  }
  printf("%d\n", added);
  return added;
}
