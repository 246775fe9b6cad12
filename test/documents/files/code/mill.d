module mill;

import std.stdio;

void main()
{
    auto sacks = ["rye": 41];
    writeln(sacks.length);
}
