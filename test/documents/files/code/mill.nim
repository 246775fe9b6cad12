import tables

proc count(sacks: Table[string, int]): int =
  for each in sacks.values:
    result += each

echo count({"rye": 41}.toTable)
