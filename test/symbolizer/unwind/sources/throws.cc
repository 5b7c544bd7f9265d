#include <stdexcept>
#include <string>
#include <vector>

struct Guard {
    std::string name;
    explicit Guard(const char *text) : name(text) {}
    ~Guard() { count += name.size(); }
    static inline std::size_t count = 0;
};

__attribute__((noinline)) int deep(int n)
{
    Guard guard("deep enough for the heap to be asked");
    if (n == 0) throw std::runtime_error("bottom");
    return deep(n - 1) + 1;
}

int main(int argc, char **)
{
    std::vector<std::string> texts;
    for (int i = 0; i < argc + 3; i++) {
        try {
            deep(i);
        } catch (const std::exception &error) {
            texts.push_back(error.what());
        }
    }
    return texts.size() == Guard::count;
}
