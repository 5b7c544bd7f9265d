/* 5.0 took the first of three arguments away. */
#include <linux/uaccess.h>

int sf_probe(const void __user *from);
int sf_probe(const void __user *from)
{
	return access_ok(from, 8);
}
