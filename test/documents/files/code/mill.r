sacks <- c(rye = 41, wheat = 112)
count <- function(all) {
  sum(all)
}
print(count(sacks))
