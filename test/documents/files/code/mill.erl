-module(mill).
-export([count/1]).

count([]) -> 0;
count([Sack | Rest]) -> Sack + count(Rest).
