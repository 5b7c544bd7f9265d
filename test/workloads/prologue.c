/*
 * A function so short that many of its instructions are those that set up and take down its frame: while they run, the
 * frame pointer is the caller's caller's. A walk by frame pointers alone misses `calls_tiny` there.
 */
#include <stdlib.h>
#include <time.h>

volatile unsigned long sink;

__attribute__((noinline)) void tiny(void)
{
	sink++;
}

__attribute__((noinline)) void calls_tiny(void)
{
	for (int i = 0; i < 100000; i++)
		tiny();
}

int main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 60);

	while (time(NULL) < end)
		calls_tiny();
	return 0;
}
