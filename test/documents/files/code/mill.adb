with Ada.Text_IO; use Ada.Text_IO;

procedure Mill is
   Sacks : Integer := 41;
begin
   Put_Line (Integer'Image (Sacks));
end Mill;
