import 'dart:io';

class Gate {
  final int number;
  const Gate(this.number);
}

void main() {
  stdout.writeln(Gate(1).number);
}
