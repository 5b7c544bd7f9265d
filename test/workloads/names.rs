//! Functions whose names have every part that Rust's manglings know: what it computes is of no use. For test/symbolizer/demangle/rust.test.ts.
#![allow(dead_code, uncommon_codepoints, mixed_script_confusables, non_snake_case, non_camel_case_types)]
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, VecDeque};
use std::fmt::{Debug, Display};
use std::rc::Rc;
use std::sync::{mpsc, Arc, Mutex};

pub trait Shape {
    type Unit;
    fn area(&self) -> f64;
    fn twice(&self) -> f64 { 2.0 * self.area() }
}
pub trait Visitor<'a, T: ?Sized> { fn visit(&mut self, value: &'a T) -> bool; }

pub struct Circle<T>(pub T);
pub struct Größe<'a, T: ?Sized, const N: usize>(pub &'a T);
pub enum Never {}

impl<T: Into<f64> + Copy> Shape for Circle<T> {
    type Unit = u8;
    #[inline(never)] fn area(&self) -> f64 { let radius: f64 = self.0.into(); radius * radius }
}
impl Shape for [i16; 3] { type Unit = (); #[inline(never)] fn area(&self) -> f64 { 3.0 } }
impl Shape for (i8,) { type Unit = (i16, i128); #[inline(never)] fn area(&self) -> f64 { 1.0 } }
impl Shape for &'static str { type Unit = char; #[inline(never)] fn area(&self) -> f64 { self.len() as f64 } }
impl Shape for dyn Fn(&u8) -> &u8 + Send { type Unit = u128; #[inline(never)] fn area(&self) -> f64 { 0.5 } }
impl<A, B> Shape for fn(A) -> B { type Unit = B; #[inline(never)] fn area(&self) -> f64 { 0.25 } }
impl<'a, T: ?Sized, const N: usize> Größe<'a, T, N> {
    #[inline(never)] pub fn messen<const B: bool, const C: char>(&self) -> (usize, bool, char) {
        static ZÄHLER: Mutex<u8> = Mutex::new(0);
        *ZÄHLER.lock().unwrap() += 1;
        (N, B, C)
    }
}
impl<'a, T: Debug + ?Sized, F: FnMut(&T)> Visitor<'a, T> for F {
    #[inline(never)] fn visit(&mut self, value: &'a T) -> bool { self(value); true }
}

pub mod модуль {
    pub mod 東京 {
        pub struct 駅;
        impl 駅 { #[inline(never)] pub fn 開く<T>(&self, _: &T) -> usize { std::mem::size_of::<T>() } }
    }
    #[inline(never)] pub fn b_ücher_1<T>(_: T) -> usize { std::mem::align_of::<T>() }
    #[inline(never)] pub fn _1<T>(_: T) -> usize { std::mem::align_of::<T>() }
}

#[inline(never)] pub fn kind<T: ?Sized>() -> &'static str { std::any::type_name::<T>() }
#[inline(never)] pub fn signed<const A: i8, const B: i64, const C: i128, const D: isize>() -> i128 { (A as i128).wrapping_add(C) + B as i128 / 2 + D as i128 }
#[inline(never)] pub fn unsigned<const A: u8, const B: u16, const C: u64, const D: u128>() -> u128 { A as u128 + B as u128 + C as u128 + D }
#[inline(never)] pub fn letter<const A: char, const B: bool>() -> String { format!("{A:?}{B}") }

pub fn kinds() -> Vec<&'static str> {
    vec![
        kind::<u8>(), kind::<(i8, u16, f32, f64, char, bool, &str)>(), kind::<str>(), kind::<[u8]>(), kind::<[[i64; 2]; 3]>(),
        kind::<&'static mut [Option<u32>]>(), kind::<*const *mut ()>(), kind::<fn()>(), kind::<fn() -> Never>(),
        kind::<unsafe extern "C" fn(*const u8, ...) -> i32>(), kind::<extern "system" fn(usize)>(),
        kind::<extern "sysv64" fn(u8) -> u8>(), kind::<for<'a, 'b> fn(&'a u8, &'b u16) -> &'a u8>(),
        kind::<for<'a> fn(for<'b> fn(&'a u8, &'b u8), &'a mut str)>(), kind::<fn(fn(&u8) -> &u8) -> (fn(),)>(),
        kind::<dyn Debug>(), kind::<dyn Debug + Send + Sync>(), kind::<Box<dyn Iterator<Item = u8>>>(),
        kind::<dyn for<'a> Visitor<'a, [u8]> + Send>(), kind::<dyn Fn(&str, &mut u8) -> Result<(), String>>(),
        kind::<dyn Shape<Unit = (u8,)>>(), kind::<Größe<'static, dyn Display, 7>>(), kind::<Circle<Circle<Circle<()>>>>(),
        kind::<HashMap<String, Vec<BTreeMap<u8, Box<[Rc<str>]>>>>>(), kind::<<(i8,) as Shape>::Unit>(),
        kind::<[fn(&u8); 4]>(), kind::<Option<for<'a> fn(&'a dyn Fn(&'a u8) -> &'a u8)>>(),
    ]
}

pub fn numbers() -> (i128, u128) {
    let signed = [signed::<-128, { i64::MIN }, { i128::MIN }, -1>(), signed::<0, 1, 2, { isize::MAX }>(), signed::<5, -6, 7, -8>()];
    let unsigned = [unsigned::<255, 0, { u64::MAX }, 1>(), unsigned::<0, 1, 4_294_967_296, 4_294_967_295>()];
    (signed[1] + signed[2], unsigned[0] + unsigned[1])
}
pub fn letters() -> Vec<String> {
    vec![letter::<'a', true>(), letter::<'"', false>(), letter::<'\n', true>(), letter::<'\u{301}', false>()]
}
pub fn closures(text: &str) -> usize {
    let add = |x: usize| move |y: usize| x + y;
    let mut seen = Vec::new();
    let mut visit = |value: &str| seen.push(value.len());
    visit.visit(text);
    let outer = |n: usize| { struct Inner(usize); impl Inner { #[inline(never)] fn get(&self) -> usize { self.0 } } (0..n).map(|i| Inner(i).get()).filter(|i| i % 2 == 0).sum::<usize>() };
    let boxed: Vec<Box<dyn Fn(usize) -> usize>> = vec![Box::new(outer), Box::new(add(3)), Box::new(|x| x)];
    boxed.iter().map(|f| f(seen.len() + 10)).sum()
}
pub fn library() -> usize {
    let mut map: HashMap<String, Vec<(u8, Option<f64>)>> = HashMap::new();
    for word in "a b c d e".split(' ').map(str::to_uppercase) { map.entry(word).or_default().push((1, None)); }
    let mut sorted: Vec<_> = map.iter().collect();
    sorted.sort_by(|a, b| a.0.cmp(b.0));
    let tree: BTreeMap<_, _> = sorted.iter().map(|(k, v)| (k.len(), v.len())).collect();
    let set: BTreeSet<char> = "set".chars().rev().collect();
    let mut heap: BinaryHeap<_> = set.iter().copied().collect();
    let queue: VecDeque<_> = std::iter::from_fn(|| heap.pop()).collect();
    let (send, receive) = mpsc::channel::<Arc<Mutex<[u8; 4]>>>();
    let thread = std::thread::spawn(move || receive.iter().map(|a| a.lock().unwrap().len()).sum::<usize>());
    send.send(Arc::new(Mutex::new([0; 4]))).unwrap();
    drop(send);
    let parsed: Result<Vec<i32>, _> = "1,2,x".split(',').map(|n| n.trim().parse::<i32>()).collect();
    tree.len() + queue.len() + thread.join().unwrap() + format!("{parsed:?} {tree:?} {queue:#?} {:>8.3}", 1.5).len()
}
fn main() {
    let shapes = Circle(1.5f32).twice() + [1i16, 2, 3].twice() + (1i8,).twice() + "x".twice() + (f64::from as fn(f32) -> f64).twice();
    let größe = Größe::<str, 9>("x");
    println!("{shapes} {:?} {:?}", größe.messen::<true, 'x'>(), Größe::<[u8], 0>(b"x").messen::<false, 'y'>());
    println!("{:?} {:?} {:?} {}", kinds(), numbers(), letters(), closures("text"));
    println!("{} {} {}", модуль::東京::駅.開く(&(1u8, "x")), модуль::b_ücher_1([0u8; 5]), модуль::_1(|x: u8| x));
    let any: Box<dyn Fn(&u8) -> &u8 + Send> = Box::new(|x| x);
    println!("{} {}", any.area(), library());
}
