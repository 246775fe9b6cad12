Option Explicit
Dim sacks
sacks = 41
WScript.Echo sacks
