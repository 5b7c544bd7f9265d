#include "geometry.hh"
#include <cstdio>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace geometry {

template <typename T> Vector<T> Vector<T>::complain(const char *why) {
  std::fprintf(stderr, "%s\n", why);
  throw std::domain_error(why);
}
template struct Vector<float>;
template struct Vector<double>;

// The same name as in other files.
static int helper(int a, int b) {
  int sum = 0;
  for (int i = a; i < b; i++) sum += i * (i ^ b);
  return sum;
}

namespace {
struct Triangle final : Shape {
  Polygon<double, 3> polygon;
  explicit Triangle(double side) { polygon = {{{0, 0, 1}, {side, 0, 1}, {0, side, 1}}}; }
  double size(double scale) const override { return polygon.perimeter() * scale; }
};
template <int N> struct Regular : Shape {
  Polygon<float, N> polygon;
  explicit Regular(float radius) {
    for (int i = 0; i < N; i++) {
      const float angle = 6.2831853f * i / N;
      polygon.corners[i] = {radius * std::cos(angle), radius * std::sin(angle), 1.0f};
    }
  }
  double size(double scale) const override {
    double sum = 0;
    for (int turn = 0; turn < 3; turn++) {
      const Vector<float> field{1, float(turn), float(scale)};
      sum += polygon.flux(field) + helper(turn, N);
    }
    return sum;
  }
};
} // namespace

double total(const Shape *const *shapes, std::size_t count, double scale) {
  return std::accumulate(shapes, shapes + count, 0.0, [scale](double sum, const Shape *shape) {
    try {
      return sum + shape->size(scale);
    } catch (const std::domain_error &error) {
      return sum - double(error.what()[0]);
    }
  });
}

double squares(unsigned seed) {
  Triangle triangle(seed % 17);
  Regular<5> five(seed % 3);
  Regular<7> seven(float(seed) / 2);
  std::vector<const Shape *> all{&triangle, &five, &seven};
  for (unsigned i = 0; i < seed % 8; i++) all.push_back(all[i % 3]);
  return total(all.data(), all.size(), 1.5);
}

} // namespace geometry
