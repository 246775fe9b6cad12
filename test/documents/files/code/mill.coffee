sacks =
  rye: 41

count = (all) ->
  sum = 0
  sum += each for kind, each of all
  sum

console.log count sacks
