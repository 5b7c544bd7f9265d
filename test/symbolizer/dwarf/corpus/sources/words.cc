// Standard containers, strings, sorting, a recursive variant: what real C++ programs are full of.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

static int helper(int a, int b) { return a < b ? helper(b, a) : a % (b + 1); }

struct Node {
  std::string word;
  int weight = 0;
  std::unique_ptr<Node> left, right;
  explicit Node(std::string_view text) : word(text) {}
  void insert(std::string_view text) {
    auto &side = text < word ? left : right;
    if (text == word) weight++;
    else if (side) side->insert(text);
    else side = std::make_unique<Node>(text);
  }
  template <typename Visit> void walk(Visit &&visit, int depth = 0) const {
    if (left) left->walk(visit, depth + 1);
    visit(*this, depth);
    if (right) right->walk(visit, depth + 1);
  }
};

static std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return words;
}

template <typename Key, typename Value>
static std::vector<std::pair<Key, Value>> sorted(const std::unordered_map<Key, Value> &counts) {
  std::vector<std::pair<Key, Value>> list(counts.begin(), counts.end());
  std::sort(list.begin(), list.end(), [](const auto &a, const auto &b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  return list;
}

[[gnu::noinline]] int count_words(const char *text, std::function<int(const std::string &)> rank) {
  std::unordered_map<std::string, int> counts;
  std::map<int, std::vector<std::string>> by_rank;
  Node root("m");
  for (const auto &word : split(text, ' ')) {
    counts[word] += helper(int(word.size()), 3);
    by_rank[rank(word)].push_back(word);
    root.insert(word);
  }
  int depths = 0;
  root.walk([&depths](const Node &node, int depth) { depths += depth * int(node.word.size()) + node.weight; });
  for (auto &[key, words] : by_rank) {
    std::stable_sort(words.begin(), words.end());
    depths += key + int(std::unique(words.begin(), words.end()) - words.begin());
  }
  const auto list = sorted(counts);
  if (__builtin_expect(list.empty(), 0)) throw std::string("no words");
  std::printf("%s %d\n", list.front().first.c_str(), list.front().second);
  return depths;
}
