def sacks = [rye: 41, wheat: 112]

def count(Map all) {
    all.values().sum()
}

println count(sacks)
