resource "mill_gate" "first" {
  number = 1
  tags = {
    river = "left"
  }
}
