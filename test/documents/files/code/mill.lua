local sacks = { rye = 41 }

local function count(all)
  local sum = 0
  for _, each in pairs(all) do
    sum = sum + each
  end
  return sum
end

print(count(sacks))
