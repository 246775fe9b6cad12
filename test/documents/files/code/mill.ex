defmodule Mill do
  def count(sacks) do
    Enum.sum(sacks)
  end
end

IO.puts(Mill.count([41, 112]))
