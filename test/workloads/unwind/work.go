// Goroutines, channels, maps, interfaces, deferred calls, panics that are recovered, and the garbage collector. Runs for ever.
package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
)

type shape interface{ area(depth int) int }
type square int
type nested struct{ inner shape }

//go:noinline
func (s square) area(depth int) int {
	sum := int(s)
	for i := 0; i < 300; i++ {
		sum = sum*31 + i
	}
	return sum
}

//go:noinline
func (n nested) area(depth int) int { return n.inner.area(depth+1) + 1 }

type record struct {
	Name   string
	Values []int
}

//go:noinline
func panics(depth int) int {
	if depth == 0 {
		panic("at the bottom")
	}
	return panics(depth-1) + 1
}

//go:noinline
func recovered() (result int) {
	defer func() {
		if recover() != nil {
			result = 1
		}
	}()
	return panics(10)
}

//go:noinline
func deep(depth int) int {
	var room [64]int
	room[depth%64] = depth
	if depth == 0 {
		return room[0]
	}
	return deep(depth-1) + room[depth%64]
}

//go:noinline
func work(seed int) int {
	var s shape = square(seed)
	for i := 0; i < 30; i++ {
		s = nested{s}
	}
	sum := s.area(0)
	numbers := make([]int, 500)
	for i := range numbers {
		numbers[i] = (i*2654435761 + seed) % 1009
	}
	sort.Slice(numbers, func(a, b int) bool { return numbers[a] < numbers[b] })
	counts := map[string]int{}
	for _, number := range numbers[:100] {
		counts[fmt.Sprintf("number %d", number)]++
	}
	text, _ := json.Marshal(record{strings.Repeat("x", 50), numbers[:50]})
	digest := sha256.Sum256(text)
	return sum + len(counts) + int(digest[0]) + recovered() + deep(60)
}

func main() {
	jobs := make(chan int)
	results := make(chan int)
	for i := 0; i < 3; i++ {
		go func() {
			for job := range jobs {
				results <- work(job)
			}
		}()
	}
	go func() {
		for i := 0; ; i++ {
			jobs <- i
		}
	}()
	sum := 0
	for result := range results {
		sum += result
	}
}
