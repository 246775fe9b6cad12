@echo off
setlocal
set SACKS=41
if %SACKS% GTR 40 echo %SACKS% sacks
goto :eof
