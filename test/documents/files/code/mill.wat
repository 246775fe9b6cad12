(module
  (func (export "count") (result i32)
    i32.const 41))
