module Mill

struct Gate
    number::Int
end

function count(sacks)
    return sum(values(sacks))
end

end # module
