:- module(mill, [count/2]).

count([], 0).
count([S|Rest], Sum) :- count(Rest, R), Sum is R + S.
