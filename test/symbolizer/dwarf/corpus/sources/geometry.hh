// Inlined four deep and more, with state that keeps the compiler from folding calls away.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace geometry {

template <typename T> struct Vector {
  T x{}, y{}, z{};
  Vector operator+(const Vector &other) const { return {x + other.x, y + other.y, z + other.z}; }
  Vector operator*(T factor) const { return {x * factor, y * factor, z * factor}; }
  T dot(const Vector &other) const { return x * other.x + y * other.y + z * other.z; }
  T length() const { return std::sqrt(dot(*this)); }
  Vector unit() const {
    const T n = length();
    if (__builtin_expect(n == T{}, 0)) return complain("a vector of no length has no direction");
    return *this * (T{1} / n);
  }
  [[gnu::noinline, gnu::cold]] static Vector complain(const char *why);
};

template <typename T, std::size_t N> struct Polygon {
  Vector<T> corners[N];
  template <typename F> [[gnu::always_inline]] inline T fold(T start, F &&step) const {
    for (std::size_t i = 0; i < N; i++) start = step(start, corners[i], corners[(i + 1) % N]);
    return start;
  }
  T perimeter() const {
    return fold(T{}, [](T sum, const Vector<T> &a, const Vector<T> &b) { return sum + (a + b * T(-1)).length(); });
  }
  T flux(const Vector<T> &field) const {
    return fold(T{}, [&field, this](T sum, const Vector<T> &a, const Vector<T> &b) {
      const auto half = [](const Vector<T> &v) { return v * T(0.5); };
      return sum + half(a + b).dot(field.unit()) * corners[0].unit().x;
    });
  }
};

struct Shape {
  virtual ~Shape() = default;
  virtual double size(double scale) const = 0;
};

double total(const Shape *const *shapes, std::size_t count, double scale);
double squares(unsigned seed);

} // namespace geometry
