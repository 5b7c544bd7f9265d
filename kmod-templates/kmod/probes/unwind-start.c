/* x86: the ORC and the frame pointer unwinder, open to modules. arm64 has a header of this name in no version so far. */
#include <linux/sched.h>
#include <asm/unwind.h>

unsigned long sf_probe(struct pt_regs *regs);
unsigned long sf_probe(struct pt_regs *regs)
{
	struct unwind_state state;

	unwind_start(&state, current, regs, NULL);
	unwind_next_frame(&state);
	return unwind_get_return_address(&state);
}
