/** Functions whose names have every part that the C++ ABI knows: what they compute is of no use. For test/symbolizer/demangle/itanium.test.ts. */
#include <complex>
#include <concepts>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace shapes {
struct Base {
  virtual ~Base();
  virtual Base *clone() const;
  virtual int area() const & noexcept;
  void shift() &&;
  void shift() const volatile &;
  int data;
};
struct Other { virtual ~Other(); virtual void other(); long pad; };
struct Left : virtual Base { Left *clone() const override; };
struct Right : virtual Base {};
struct Both : Left, Right, Other { Both *clone() const override; void other() override; };
Base::~Base() {}
Base *Base::clone() const { return nullptr; }
int Base::area() const & noexcept { return 1; }
void Base::shift() && {}
void Base::shift() const volatile & {}
Other::~Other() {}
void Other::other() {}
Left *Left::clone() const { return nullptr; }
Both *Both::clone() const { return nullptr; }
void Both::other() {}
Both both;
}  // namespace shapes

namespace {
template <class T> struct Hidden { __attribute__((noinline)) T get(T t) const { return t; } };
__attribute__((noinline, used)) int hidden(int i) { return Hidden<int>().get(i); }
}

template <class... Ts> struct Pack { template <class... Us> __attribute__((noinline)) void both(Ts..., std::pair<Ts, Us>...) {} };
template <class... Ts> __attribute__((noinline)) auto sum(Ts... ts) -> decltype((ts + ... + 0)) { return (ts + ... + 0); }
template <class... Ts> __attribute__((noinline)) int count(Ts &&...) { return sizeof...(Ts); }
template <int N, bool B, char C, unsigned long long U, auto P> __attribute__((noinline)) void values() {}
template <auto M> __attribute__((noinline)) void member() {}
template <template <class...> class C, class T> __attribute__((noinline)) void container(C<T> const &) {}
template <class T, std::size_t N> __attribute__((noinline)) std::size_t length(T (&)[N]) { return N; }
template <class T> __attribute__((noinline)) auto callable(T t) -> decltype(t(1)) { return t(1); }
template <class T> __attribute__((noinline)) auto sized(T t) -> std::integral_constant<int, sizeof(t) + alignof(T)> { return {}; }
template <class T> __attribute__((noinline)) typename std::enable_if<(sizeof(T) > 2) && !std::is_const<T>::value, T>::type big(T t) { return t; }
template <class R, class... A> __attribute__((noinline)) void apply(R (*)(A...), R (shapes::Base::*)(A...) const &, int shapes::Base::*) {}
template void apply<int, char, long>(int (*)(char, long), int (shapes::Base::*)(char, long) const &, int shapes::Base::*);
template <class T> __attribute__((noinline)) auto negated(T t) -> decltype(-t ? !t : ~t) { return 0; }
template <class T> __attribute__((noinline)) auto indexed(T t) -> decltype(t[0], t->size(), (*t).size(), static_cast<long>(1)) { return 0; }

struct Number {
  explicit operator bool() const;
  operator int *();
  template <class T> operator T() const;
  Number &operator++();
  Number operator++(int);
  Number operator->*(int) const;
  int operator()(int, char) const;
  int &operator[](unsigned);
  void *operator new(std::size_t);
  void operator delete[](void *);
  auto operator<=>(Number const &) const = default;
  Number &operator,(int);
  template <class T> Number operator<<(T) const;
  int value;
};
Number::operator bool() const { return true; }
Number::operator int *() { return nullptr; }
template <class T> Number::operator T() const { return T(); }
template Number::operator std::vector<int>() const;
Number &Number::operator++() { return *this; }
Number Number::operator++(int) { return *this; }
Number Number::operator->*(int) const { return *this; }
int Number::operator()(int, char) const { return 0; }
int &Number::operator[](unsigned) { return value; }
void *Number::operator new(std::size_t n) { return ::operator new(n); }
void Number::operator delete[](void *) {}
Number &Number::operator,(int) { return *this; }
template <class T> Number Number::operator<<(T) const { return *this; }
template Number Number::operator<< <Number>(Number) const;
long double operator""_kilo(long double v) { return v * 1000; }
bool operator==(Number const &, int) { return true; }
bool operator&&(Number, Number) { return true; }

thread_local std::string perThread = "x";
std::string &thread() { return perThread; }
std::vector<std::string> &once() { static std::vector<std::string> all{"a"}; return all; }
extern "C++" void plain(int, char const *, ...) {}
void functions(void (*)(int), int (*(*)(char))(long), void (&)(), int (&&)[3], char const (*)[2][4], void (*)() noexcept, std::function<int(char)> const &) {}
void numbers(signed char, unsigned char, short, unsigned short, unsigned, long, unsigned long, long long, unsigned long long, __int128, unsigned __int128, float, double, long double, __float128, wchar_t, char8_t, char16_t, char32_t, bool, decltype(nullptr), std::complex<double>, _Complex float) {}
typedef int vec __attribute__((vector_size(16)));
void vectors(vec, int *__restrict, int const volatile *const *) {}
enum class Color : char { red, green };
template <Color C> __attribute__((noinline)) void colored() {}
struct [[gnu::abi_tag("v2")]] Tagged { Tagged(); };
Tagged::Tagged() {}
[[gnu::abi_tag("old", "new")]] std::string tagged() { return ""; }
auto const [left, right] = std::make_pair(1, 2);
int const *bound() { return &left + right; }

struct Outer {
  struct { int x; void *p = this; } unnamed;
  template <class T> struct Inner { Inner(T); template <class U> Inner(U, T); ~Inner(); static T shared; };
};
template <class T> Outer::Inner<T>::Inner(T) {}
template <class T> template <class U> Outer::Inner<T>::Inner(U, T) {}
template <class T> Outer::Inner<T>::~Inner() {}
template <class T> T Outer::Inner<T>::shared = T();
template struct Outer::Inner<std::map<std::string, std::unique_ptr<int>>>;
struct Heir : Outer::Inner<int> { using Inner::Inner; };

template <class T> __attribute__((noinline)) auto maker(T t) {
  struct Local { T t; __attribute__((noinline)) int method(int i) { return [&](auto x, T y) { return x + i; }(1, t); } };
  return Local{t}.method(3) + [](auto &&...xs) { return sizeof...(xs); }(1, 'c');
}
__attribute__((noinline)) int defaulted(int i = [] { return 1; }()) { return i; }
template <class F> __attribute__((noinline)) auto call(F &&f) { return std::forward<F>(f)(1); }
template <std::integral T> __attribute__((noinline)) T constrained(T t) requires(sizeof(T) > 1) { return t; }
template <class T> concept Shown = requires(T t) { t.show(); };
struct Shows { void show(); };
template <Shown T> __attribute__((noinline)) void show(T) {}

int all() {
  int three[3] = {1, 2, 3};
  Pack<int, char>().both<long, short>(1, 'c', {}, {});
  Pack<>().both<>();
  values<-3, true, 'c', 18446744073709551615ull, 5u>();
  values<7, false, '\n', 0ull, -1l>();
  member<&shapes::Base::data>();
  member<static_cast<int (shapes::Base::*)() const & noexcept>(&shapes::Base::area)>();
  member<&plain>();
  member<Color::green>();
  member<nullptr>();
  container(std::vector<int>());
  container<std::tuple>(std::tuple<int>());
  colored<Color::red>();
  negated(1);
  std::string s = "x";
  std::vector<int> *v = nullptr;
  show(Shows());
  sized(1.0);
  call([](auto i) { return i; });
  call([s](int i) mutable { return call([&s](int j) { return j; }); });
  Heir heir(3);
  std::function<int(std::string const &)> f = [&](std::string const &t) { return int(t.size()) + three[0]; };
  return sum(1, 2L, 3.0) + sum() + count(1, s, "x", nullptr) + count() + int(length(three)) + callable([](int i) { return i; }) +
         int(big(4L)) + maker(5) + maker('c') + defaulted() + int(constrained(3)) + f(s) + hidden(3) + call(hidden);
}
