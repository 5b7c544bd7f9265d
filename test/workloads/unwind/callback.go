// Go that calls C that calls Go that calls C, and one that asks what time it is. Runs for ever.
package main

/*
extern int goBack(int);

static int spin(int seed)
{
	volatile int sum = seed;
	for (int i = 0; i < 3000; i++)
		sum += i;
	return sum;
}

static int twice(int seed)
{
	return goBack(spin(seed)) + goBack(seed);
}
*/
import "C"
import "time"

var kept []byte

//export goBack
func goBack(seed C.int) C.int {
	kept = make([]byte, 3000)
	return C.spin(work(seed))
}

//go:noinline
func work(seed C.int) C.int {
	sum := seed
	for i := C.int(0); i < 3000; i++ {
		sum = sum*31 + i
	}
	return sum
}

//go:noinline
func calls(seed int) int { return int(C.twice(C.int(seed))) }

//go:noinline
func asks() int64 { return time.Now().UnixNano() + time.Since(time.Time{}).Nanoseconds() }

func main() {
	go func() {
		for sum := int64(0); ; sum += asks() {
		}
	}()
	for sum := 0; ; {
		sum += calls(sum)
	}
}
