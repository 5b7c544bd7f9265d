/** Standard error of `stap -p4`, SystemTap 4.8 on Debian 12 with kernel 6.1.0-56 (6.1.192), as shipped. */
export const COMPILE_FAILED_DEBIAN_12 = `WARNING: Kernel function symbol table missing [man warning::symbols]
Pass 1: parsed user script and 484 library scripts using 106704virt/96388res/7364shr/88952data kb, in 130usr/80sys/445real ms.
Pass 2: analyzed script: 1 probe, 4 functions, 0 embeds, 1 global using 108288virt/99076res/8444shr/90536data kb, in 10usr/0sys/23real ms.
Pass 3: translated to C into "/tmp/stapTUMONa/x1_src.c" using 108288virt/99496res/8828shr/90536data kb, in 10usr/0sys/0real ms.
In file included from /usr/share/systemtap/runtime/stp_utrace.c:28,
                 from /usr/share/systemtap/runtime/linux/task_finder2.c:4,
                 from /usr/share/systemtap/runtime/linux/task_finder.c:17,
                 from /usr/share/systemtap/runtime/linux/runtime.h:275,
                 from /usr/share/systemtap/runtime/runtime.h:26,
                 from /tmp/stapTUMONa/x1_src.c:22:
/usr/share/systemtap/runtime/stp_task_work.c: In function ‘stp_task_work_cancel’:
/usr/share/systemtap/runtime/stp_task_work.c:107:40: error: passing argument 2 of ‘(bool (*)(struct task_struct *, struct callback_head *))kallsyms_task_work_cancel’ from incompatible pointer type [-Werror=incompatible-pointer-types]
  107 |         twork = task_work_cancel(task, func);
      |                                        ^~~~
      |                                        |
      |                                        task_work_func_t {aka void (*)(struct callback_head *)}
/usr/share/systemtap/runtime/stp_task_work.c:107:40: note: expected ‘struct callback_head *’ but argument is of type ‘task_work_func_t’ {aka ‘void (*)(struct callback_head *)’}
/usr/share/systemtap/runtime/stp_task_work.c:13:26: error: incompatible types when assigning to type ‘struct callback_head *’ from type ‘bool’ {aka ‘_Bool’}
   13 | #define task_work_cancel (* (task_work_cancel_fn)kallsyms_task_work_cancel)
      |                          ^
/usr/share/systemtap/runtime/stp_task_work.c:107:17: note: in expansion of macro ‘task_work_cancel’
  107 |         twork = task_work_cancel(task, func);
      |                 ^~~~~~~~~~~~~~~~
cc1: all warnings being treated as errors
make[1]: *** [/usr/src/linux-headers-6.1.0-56-common/scripts/Makefile.build:255: /tmp/stapTUMONa/x1_src.o] Error 1
make: *** [/usr/src/linux-headers-6.1.0-56-common/Makefile:2065: /tmp/stapTUMONa] Error 2
WARNING: kbuild exited with status: 2
Pass 4: compiled C into "x1.ko" in 16540usr/3090sys/38007real ms.
Pass 4: compilation failed.  [man error::pass4]
Tip: /usr/share/doc/systemtap/README.Debian should help you get started.
`;

/** Standard error of `staprun`, SystemTap 5.1 on Debian 13 with kernel 6.12.117, as shipped. */
export const START_FAILED_DEBIAN_13 = "ERROR: Can't resolve uprobe_unregister!\nexit code 1";

/** Standard error of `staprun` on sid, SystemTap 5.6 with kernel 7.2.13, where nothing fails. */
export const WARNINGS_SID = `WARNING: Missing unwind data for a module, rerun with 'stap -d kernel'
WARNING: Missing unwind data for a module, rerun with 'stap -d /usr/bin/dash'
WARNING: _stp_read_address failed to access memory location
WARNING: Number of errors: 0, skipped probes: 2`;

/** A place of linux/addr-map.c in the runtime of SystemTap 4.8. */
export const ADDR_MAP_4_8 = `#else
  if (size == 0 || ULONG_MAX - addr < size - 1
      || (in_task() && !stp_access_ok(type, (void *)addr, size))
      || (!in_task()
#if defined(user_addr_max)
	  && ((user_addr_max() - size) < addr)
#endif
	      ))
    return 1;
#endif`;

/** The same in SystemTap 5.1. */
export const ADDR_MAP_5_1 = `#else
  if (size == 0 || ULONG_MAX - addr < size - 1
      || (in_task() && !stp_access_ok(type, (void *)addr, size))
      || (!in_task()
#if defined(user_addr_max)
	  && ((user_addr_max() - size) < addr)
#elif defined(TASK_SIZE_MAX)
	  && ((TASK_SIZE_MAX - size) < addr)
#endif
	      ))
    return 1;
#endif`;

/** Places of stp_task_work.c in the runtime of SystemTap 4.8. */
export const TASK_WORK_4_8 = `#if !defined(STAPCONF_TASK_WORK_CANCEL_EXPORTED)
typedef typeof(&task_work_cancel) task_work_cancel_fn;
#define task_work_cancel (* (task_work_cancel_fn)kallsyms_task_work_cancel)
#endif
        kallsyms_task_work_cancel = (void *)kallsyms_lookup_name("task_work_cancel");
`;
