namespace py mill

struct Sack {
  1: required string kind,
  2: i32 kilograms
}
