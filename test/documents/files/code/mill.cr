class Gate
  getter number : Int32

  def initialize(@number : Int32)
  end
end

puts Gate.new(1).number
