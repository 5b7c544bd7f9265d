/* 5.2, with CONFIG_STACKTRACE. */
#include <linux/stacktrace.h>

unsigned int sf_probe(unsigned long *addresses);
unsigned int sf_probe(unsigned long *addresses)
{
	return stack_trace_save(addresses, 8, 0);
}
