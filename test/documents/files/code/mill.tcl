proc count {sacks} {
    set sum 0
    foreach each $sacks { incr sum $each }
    return $sum
}
puts [count {41 112}]
