/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Differences between kernels. Each SF_HAS_… is found by compiling the tiny file of that name in probes/, because
 * distributions carry changes to older versions too.
 */
#ifndef STAPFLAME_COMPAT_H
#define STAPFLAME_COMPAT_H

#include <linux/mm.h>
#include <linux/uaccess.h>

/* Copies user memory in any context, without ever sleeping. Returns 0, or not if it cannot be read now. */
static __always_inline long sf_copy_from_user(void *to, unsigned long from, size_t bytes)
{
#ifdef SF_HAS_COPY_FROM_USER_NOFAULT
	return copy_from_user_nofault(to, (const void __user *)from, bytes);
#else
	long failed = -EFAULT;

	pagefault_disable();
#ifdef SF_HAS_ACCESS_OK_OF_TWO
	if (access_ok((const void __user *)from, bytes))
#else
	if (access_ok(VERIFY_READ, (const void __user *)from, bytes))
#endif
		failed = __copy_from_user_inatomic(to, (const void __user *)from, bytes);
	pagefault_enable();
	return failed;
#endif
}

/* So that mprotect cannot allow what a mapping was not made for: flags of VM_MAY…. */
static inline void sf_forbid(struct vm_area_struct *vma, vm_flags_t flags)
{
#ifdef SF_HAS_VM_FLAGS_CLEAR
	vm_flags_clear(vma, flags);
#else
	vma->vm_flags &= ~flags;
#endif
}

#endif
