import Foundation

struct Gate {
    let number: Int
    func open() -> String { "gate \(number)" }
}

print(Gate(number: 1).open())
