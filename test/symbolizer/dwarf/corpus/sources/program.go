package main

import (
	"fmt"
	"os"
	"sort"
	"strings"
)

type shape interface{ area() float64 }
type square struct{ side float64 }
type circle struct{ radius float64 }

func (s square) area() float64  { return s.side * s.side }
func (c *circle) area() float64 { return 3.14159 * twice(c.radius) * c.radius / 2 }
func twice(x float64) float64   { return x + x }

type number interface{ ~int | ~float64 }

func sum[T number](list []T, of func(T) T) (total T) {
	for _, x := range list {
		total += of(x)
	}
	return
}

func counts(text string) map[string]int {
	result := map[string]int{}
	for _, word := range strings.Fields(text) {
		result[strings.ToLower(word)]++
	}
	return result
}

func worker(in <-chan int, out chan<- int) {
	defer close(out)
	for x := range in {
		func() {
			defer func() { recover() }()
			out <- 1000 / (x % 7)
		}()
	}
}

func main() {
	in, out := make(chan int), make(chan int)
	go worker(in, out)
	go func() {
		for i := 0; i < 50; i++ {
			in <- i
		}
		close(in)
	}()
	total := 0
	for x := range out {
		total += x
	}
	words := counts(strings.Join(os.Args, " "))
	keys := make([]string, 0, len(words))
	for key := range words {
		keys = append(keys, key)
	}
	sort.Slice(keys, func(i, j int) bool { return words[keys[i]] > words[keys[j]] })
	shapes := []shape{square{2}, &circle{3}}
	for _, s := range shapes {
		fmt.Printf("%.2f ", s.area())
	}
	fmt.Println(total, keys, sum([]int{1, 2, 3}, func(x int) int { return x * x }), sum([]float64{1.5}, twice))
}
