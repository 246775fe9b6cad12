require 'set'

class Gate
  attr_reader :number

  def initialize(number)
    @number = number
  end
end

puts Gate.new(1).number
