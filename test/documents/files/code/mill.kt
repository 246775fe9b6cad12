package example.mill

data class Gate(val number: Int)

fun main() {
    val gates = listOf(Gate(1), Gate(2))
    println(gates.size)
}
