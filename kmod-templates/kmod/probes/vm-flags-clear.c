/* 6.3; vm_flags cannot be written to any more where it exists. */
#include <linux/mm.h>

void sf_probe(struct vm_area_struct *vma);
void sf_probe(struct vm_area_struct *vma)
{
	vm_flags_clear(vma, VM_MAYWRITE);
}
