#include <iostream>

namespace mill {
class Gate {
public:
  bool open() const { return true; }
};
}

int main() { std::cout << mill::Gate{}.open() << std::endl; }
