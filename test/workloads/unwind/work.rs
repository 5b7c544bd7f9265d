//! Generic code, trait objects, call-backs from the standard library, panics that are caught, and threads. Runs for ever.
use std::collections::{BTreeMap, HashMap};

/// The compiler must not guess what it is. (`std::hint::black_box` is not in Debian 12's 1.63.)
fn black_box<T>(value: T) -> T {
    let value = std::mem::ManuallyDrop::new(value);
    unsafe { std::mem::ManuallyDrop::into_inner(std::ptr::read_volatile(&value)) }
}

trait Shape {
    fn area(&self, depth: u32) -> u64;
}

struct Square(u64);
struct Nested(Box<dyn Shape>);

impl Shape for Square {
    #[inline(never)]
    fn area(&self, depth: u32) -> u64 {
        (0..200 + u64::from(depth)).fold(self.0, |sum, i| black_box(sum.wrapping_mul(31).wrapping_add(i)))
    }
}

impl Shape for Nested {
    #[inline(never)]
    fn area(&self, depth: u32) -> u64 {
        self.0.area(depth + 1).wrapping_add(1)
    }
}

struct Loud(u64);

impl Drop for Loud {
    #[inline(never)]
    fn drop(&mut self) {
        for i in 0..300 {
            self.0 = black_box(self.0.wrapping_add(i));
        }
    }
}

#[inline(never)]
fn shapes(depth: u32) -> u64 {
    let mut shape: Box<dyn Shape> = Box::new(Square(7));
    for _ in 0..depth {
        shape = Box::new(Nested(shape));
    }
    shape.area(0)
}

#[inline(never)]
fn collections(seed: u64) -> u64 {
    let mut numbers: Vec<u64> = (0..500).map(|i| (i * 2_654_435_761 + seed) % 1009).collect();
    numbers.sort_by(|a, b| black_box(*a).cmp(b));
    let mut counts: HashMap<String, u64> = HashMap::new();
    let mut tree = BTreeMap::new();
    for number in &numbers {
        *counts.entry(format!("number {number}")).or_insert(0) += 1;
        tree.insert(number, format!("{number:x}"));
    }
    counts.values().sum::<u64>() + tree.len() as u64
}

#[inline(never)]
fn panics(depth: u32) -> u64 {
    let loud = Loud(u64::from(depth));
    if depth == 0 {
        std::panic::resume_unwind(Box::new(loud.0));
    }
    panics(depth - 1) + loud.0
}

#[inline(never)]
fn rounds(seed: u64) {
    for round in seed.. {
        for _ in 0..20 {
            black_box(shapes(30));
        }
        black_box(collections(round));
        let _ = black_box(std::panic::catch_unwind(|| panics(8)));
    }
}

fn main() {
    std::thread::spawn(|| rounds(1000));
    rounds(0);
}
