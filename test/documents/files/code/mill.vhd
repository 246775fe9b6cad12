library ieee;
use ieee.std_logic_1164.all;

entity gate is
  port (a : in std_logic; b : out std_logic);
end entity;
