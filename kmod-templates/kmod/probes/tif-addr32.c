/* Marks x86 tasks that run 32-bit programs. */
#include <linux/sched.h>

int sf_probe(void);
int sf_probe(void)
{
	return test_thread_flag(TIF_ADDR32);
}
