package example.mill

object Gate extends App {
  val sacks: Map[String, Int] = Map("rye" -> 41)
  println(sacks.values.sum)
}
