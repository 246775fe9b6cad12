program Mill;

var
  sacks: integer;

begin
  sacks := 41;
  writeln(sacks);
end.
