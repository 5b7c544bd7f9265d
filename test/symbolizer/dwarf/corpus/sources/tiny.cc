// As small as C++ gets with a bit of everything: what fuzzing starts from.
namespace tiny {
template <typename T> struct Box {
  T value;
  explicit Box(T v) : value(v) {}
  [[gnu::always_inline]] T twice() const {
    const auto add = [this](T x) { return x + value; };
    return add(value);
  }
};
static inline int half(int x) { return x / 2; }
[[gnu::noinline]] static int fold(int x) { return x < 2 ? x : fold(half(x)) + half(x - 1); }
int entry(int x) {
  int sum = 0;
  for (int i = 0; i < x; i++) sum += Box<int>(i).twice() + (i & 1 ? fold(i) : half(i));
  return sum;
}
} // namespace tiny
