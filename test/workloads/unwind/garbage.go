// Much garbage, and goroutines that wait for each other: much of the time goes to Go's runtime, on stacks of its own.
// With arguments it runs for so many seconds and writes Go's own profile of them: SECONDS FILE.
package main

import (
	"os"
	"runtime/pprof"
	"strconv"
	"time"
)

type tree struct {
	left, right *tree
	load        [6]int
}

//go:noinline
func grow(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{left: grow(depth - 1), right: grow(depth - 1)}
}

//go:noinline
func (t *tree) size() int {
	if t == nil {
		return 0
	}
	return 1 + t.left.size() + t.right.size()
}

//go:noinline
func litter(results chan<- int) {
	for {
		results <- grow(12).size()
	}
}

//go:noinline
func deepen(depth int) int {
	var room [32]int
	room[depth%32] = depth
	if depth == 0 {
		return room[0]
	}
	return deepen(depth-1) + room[depth%32]
}

// A goroutine's stack is small at first, and has to grow.
//
//go:noinline
func stretch(done chan<- int) {
	done <- deepen(80)
}

//go:noinline
func begin(done chan int) int {
	sum := 0
	for i := 0; i < 20; i++ {
		go stretch(done)
	}
	for i := 0; i < 20; i++ {
		sum += <-done
	}
	return sum
}

func work() {
	kept := grow(15)
	results := make(chan int)
	done := make(chan int)
	for i := 0; i < 2; i++ {
		go litter(results)
	}
	for {
		<-results
		if begin(done) == kept.size() {
			return
		}
	}
}

func main() {
	if len(os.Args) < 3 {
		work()
		return
	}
	seconds, _ := strconv.ParseFloat(os.Args[1], 64)
	file, err := os.Create(os.Args[2])
	if err != nil {
		panic(err)
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		panic(err)
	}
	go work()
	time.Sleep(time.Duration(seconds * float64(time.Second)))
	pprof.StopCPUProfile()
	file.Close()
}
