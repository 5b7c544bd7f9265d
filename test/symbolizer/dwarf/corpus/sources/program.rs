use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

trait Shape { fn area(&self) -> f64; fn name(&self) -> String { format!("{:.1}", self.area()) } }
struct Circle(f64);
struct Square { side: f64 }
impl Shape for Circle { fn area(&self) -> f64 { std::f64::consts::PI * self.0 * self.0 } }
impl Shape for Square { fn area(&self) -> f64 { self.side * self.side } }

mod numbers {
    #[inline(always)]
    fn step(x: u64) -> u64 { if x % 2 == 0 { x / 2 } else { 3 * x + 1 } }
    pub fn collatz(start: u64) -> impl Iterator<Item = u64> {
        std::iter::successors(Some(start), |&x| if x > 1 { Some(step(x)) } else { None })
    }
    pub fn primes(limit: usize) -> Vec<usize> {
        let mut sieve = vec![true; limit.max(2)];
        (2..limit).filter(|&i| {
            let prime = sieve[i];
            if prime { for j in (i * i..limit).step_by(i) { sieve[j] = false; } }
            prime
        }).collect()
    }
}

fn words(text: &str) -> Result<BTreeMap<String, usize>, std::num::ParseIntError> {
    let mut counts = HashMap::new();
    for word in text.split_whitespace().map(str::to_lowercase) { *counts.entry(word).or_insert(0usize) += 1; }
    let extra: usize = text.split('#').nth(1).unwrap_or("0").trim().parse()?;
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(sorted.into_iter().map(|(word, count)| (word, count + extra)).collect())
}

fn main() {
    let text = std::env::args().nth(1).unwrap_or_else(|| "the quick brown fox the end #3".to_string());
    let shapes: Vec<Box<dyn Shape>> = vec![Box::new(Circle(1.5)), Box::new(Square { side: 2.0 })];
    let mut out = String::new();
    for shape in &shapes { write!(out, "{} ", shape.name()).unwrap(); }
    match words(&text) {
        Ok(map) => for (word, count) in &map { writeln!(out, "{word}: {count}").unwrap(); },
        Err(error) => out.push_str(&error.to_string()),
    }
    let longest = (1..500u64).max_by_key(|&n| numbers::collatz(n).count());
    println!("{out}{longest:?} {}", numbers::primes(1000).iter().rev().take(3).sum::<usize>());
}
