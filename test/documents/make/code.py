"""Small programs in many languages: all count sacks. `shebang`: those that their first line tells without a name."""
from corpus import text

PROGRAMS = {
    ('c', 'text/x-c'): '#include <stdio.h>\n\nint main(void)\n{\n\tprintf("%d sacks\\n", 41);\n\treturn 0;\n}\n',
    ('cpp', 'text/x-c++'): '#include <iostream>\n\nnamespace mill {\nclass Gate {\npublic:\n  bool open() const { return true; }\n};\n}\n\nint main() { std::cout << mill::Gate{}.open() << std::endl; }\n',
    ('cs', 'text/x-csharp'): 'using System;\n\nnamespace Mill\n{\n    public class Gate\n    {\n        public static void Main() => Console.WriteLine("41 sacks");\n    }\n}\n',
    ('java', 'text/x-java'): 'package example.mill;\n\nimport java.util.List;\n\npublic class Gate {\n    public static void main(String[] args) {\n        System.out.println(List.of(41, 112));\n    }\n}\n',
    ('kt', 'text/x-kotlin'): 'package example.mill\n\ndata class Gate(val number: Int)\n\nfun main() {\n    val gates = listOf(Gate(1), Gate(2))\n    println(gates.size)\n}\n',
    ('scala', 'text/x-scala'): 'package example.mill\n\nobject Gate extends App {\n  val sacks: Map[String, Int] = Map("rye" -> 41)\n  println(sacks.values.sum)\n}\n',
    ('swift', 'text/x-swift'): 'import Foundation\n\nstruct Gate {\n    let number: Int\n    func open() -> String { "gate \\(number)" }\n}\n\nprint(Gate(number: 1).open())\n',
    ('m', 'text/x-objective-c'): '#import <Foundation/Foundation.h>\n\n@interface Gate : NSObject\n@property (nonatomic) int number;\n@end\n\n@implementation Gate\n@end\n',
    ('go', 'text/x-go'): 'package main\n\nimport "fmt"\n\nfunc main() {\n\tsacks := map[string]int{"rye": 41}\n\tfmt.Println(sacks)\n}\n',
    ('rs', 'text/x-rust'): 'use std::collections::HashMap;\n\nfn main() {\n    let mut sacks = HashMap::new();\n    sacks.insert("rye", 41);\n    println!("{:?}", sacks);\n}\n',
    ('py', 'text/x-python'): 'import sys\n\n\ndef count(sacks):\n    """All of them."""\n    return sum(sacks.values())\n\n\nif __name__ == "__main__":\n    print(count({"rye": 41}), file=sys.stderr)\n',
    ('rb', 'text/x-ruby'): "require 'set'\n\nclass Gate\n  attr_reader :number\n\n  def initialize(number)\n    @number = number\n  end\nend\n\nputs Gate.new(1).number\n",
    ('pl', 'text/x-perl'): 'use strict;\nuse warnings;\n\nmy %sacks = (rye => 41);\nforeach my $kind (keys %sacks) {\n    print "$kind: $sacks{$kind}\\n";\n}\n',
    ('php', 'text/x-php'): '<?php\n\nfunction count_sacks(array $sacks): int\n{\n    return array_sum($sacks);\n}\n\necho count_sacks([41, 112]);\n',
    ('js', 'text/javascript'): "'use strict';\n\nconst sacks = new Map([['rye', 41]]);\n\nfunction count() {\n  return [...sacks.values()].reduce((sum, each) => sum + each, 0);\n}\n\nmodule.exports = { count };\n",
    ('mjs', 'text/javascript'): "import { readFile } from 'node:fs/promises';\n\nexport const count = async (path) => (await readFile(path, 'utf8')).length;\n",
    ('jsx', 'text/jsx'): "import React from 'react';\n\nexport const Gate = ({ number }) => <p className=\"gate\">{number}</p>;\n",
    ('ts', 'text/x-typescript'): 'interface Gate {\n  readonly number: number;\n}\n\nexport function open(gate: Gate): string {\n  return `gate ${gate.number}`;\n}\n',
    ('tsx', 'text/x-typescript'): "import type { FC } from 'react';\n\ninterface Props {\n  number: number;\n}\n\nexport const Gate: FC<Props> = ({ number }) => <p>{number}</p>;\n",
    ('css', 'text/css'): 'body {\n  margin: 0;\n  color: #333;\n}\n\n.gate:hover > p {\n  color: red;\n}\n',
    ('scss', 'text/x-scss'): '$water: #369;\n\n.gate {\n  color: $water;\n  &:hover { color: lighten($water, 10%); }\n}\n',
    ('less', 'text/x-less'): '@water: #369;\n\n.gate {\n  color: @water;\n  .mixin();\n}\n',
    ('sql', 'application/sql'): "CREATE TABLE sacks (month text PRIMARY KEY, rye integer NOT NULL);\nINSERT INTO sacks VALUES ('March', 41);\nSELECT sum(rye) FROM sacks WHERE month <> 'May';\n",
    ('lua', 'text/x-lua'): 'local sacks = { rye = 41 }\n\nlocal function count(all)\n  local sum = 0\n  for _, each in pairs(all) do\n    sum = sum + each\n  end\n  return sum\nend\n\nprint(count(sacks))\n',
    ('r', 'text/x-r'): 'sacks <- c(rye = 41, wheat = 112)\ncount <- function(all) {\n  sum(all)\n}\nprint(count(sacks))\n',
    ('jl', 'text/x-julia'): 'module Mill\n\nstruct Gate\n    number::Int\nend\n\nfunction count(sacks)\n    return sum(values(sacks))\nend\n\nend # module\n',
    ('hs', 'text/x-haskell'): 'module Main where\n\nimport qualified Data.Map as Map\n\ncount :: Map.Map String Int -> Int\ncount = sum . Map.elems\n\nmain :: IO ()\nmain = print (count (Map.fromList [("rye", 41)]))\n',
    ('ml', 'text/x-ocaml'): 'let rec count = function\n  | [] -> 0\n  | sack :: rest -> sack + count rest\n\nlet () = Printf.printf "%d\\n" (count [41; 112])\n',
    ('fs', 'text/x-fsharp'): 'module Mill\n\nlet count sacks = sacks |> List.sum\n\n[<EntryPoint>]\nlet main _ =\n    printfn "%d" (count [ 41; 112 ])\n    0\n',
    ('erl', 'text/x-erlang'): '-module(mill).\n-export([count/1]).\n\ncount([]) -> 0;\ncount([Sack | Rest]) -> Sack + count(Rest).\n',
    ('ex', 'text/x-elixir'): 'defmodule Mill do\n  def count(sacks) do\n    Enum.sum(sacks)\n  end\nend\n\nIO.puts(Mill.count([41, 112]))\n',
    ('clj', 'text/x-clojure'): '(ns mill.core)\n\n(defn count-sacks [sacks]\n  (reduce + (vals sacks)))\n\n(println (count-sacks {:rye 41}))\n',
    ('scm', 'text/x-scheme'): '(define (count-sacks sacks)\n  (if (null? sacks) 0\n      (+ (car sacks) (count-sacks (cdr sacks)))))\n(display (count-sacks (list 41 112)))\n',
    ('lisp', 'text/x-common-lisp'): '(defpackage :mill (:use :cl))\n(in-package :mill)\n\n(defun count-sacks (sacks)\n  (reduce #\'+ sacks))\n',
    ('el', 'text/x-emacs-lisp'): ';;; mill.el --- Count sacks -*- lexical-binding: t -*-\n\n(defun mill-count (sacks)\n  "Count SACKS."\n  (interactive)\n  (apply #\'+ sacks))\n\n(provide \'mill)\n',
    ('dart', 'text/x-dart'): "import 'dart:io';\n\nclass Gate {\n  final int number;\n  const Gate(this.number);\n}\n\nvoid main() {\n  stdout.writeln(Gate(1).number);\n}\n",
    ('groovy', 'text/x-groovy'): "def sacks = [rye: 41, wheat: 112]\n\ndef count(Map all) {\n    all.values().sum()\n}\n\nprintln count(sacks)\n",
    ('pas', 'text/x-pascal'): "program Mill;\n\nvar\n  sacks: integer;\n\nbegin\n  sacks := 41;\n  writeln(sacks);\nend.\n",
    ('adb', 'text/x-adasrc'): 'with Ada.Text_IO; use Ada.Text_IO;\n\nprocedure Mill is\n   Sacks : Integer := 41;\nbegin\n   Put_Line (Integer\'Image (Sacks));\nend Mill;\n',
    ('f90', 'text/x-fortran'): 'program mill\n  implicit none\n  integer :: sacks\n  sacks = 41\n  print *, sacks\nend program mill\n',
    ('cob', 'text/x-cobol'): '       IDENTIFICATION DIVISION.\n       PROGRAM-ID. MILL.\n       PROCEDURE DIVISION.\n           DISPLAY "41 SACKS".\n           STOP RUN.\n',
    ('asm', 'text/x-asm'): 'section .text\nglobal _start\n_start:\n    mov eax, 1\n    mov ebx, 41\n    int 0x80\n',
    ('vb', 'text/x-vbdotnet'): 'Imports System\n\nModule Mill\n    Sub Main()\n        Dim sacks As Integer = 41\n        Console.WriteLine(sacks)\n    End Sub\nEnd Module\n',
    ('vbs', 'text/vbscript'): "Option Explicit\nDim sacks\nsacks = 41\nWScript.Echo sacks\n",
    ('d', 'text/x-dsrc'): 'module mill;\n\nimport std.stdio;\n\nvoid main()\n{\n    auto sacks = ["rye": 41];\n    writeln(sacks.length);\n}\n',
    ('nim', 'text/x-nim'): 'import tables\n\nproc count(sacks: Table[string, int]): int =\n  for each in sacks.values:\n    result += each\n\necho count({"rye": 41}.toTable)\n',
    ('zig', 'text/x-zig'): 'const std = @import("std");\n\npub fn main() !void {\n    const sacks: u32 = 41;\n    std.debug.print("{d}\\n", .{sacks});\n}\n',
    ('cr', 'text/x-crystal'): 'class Gate\n  getter number : Int32\n\n  def initialize(@number : Int32)\n  end\nend\n\nputs Gate.new(1).number\n',
    ('tcl', 'text/x-tcl'): 'proc count {sacks} {\n    set sum 0\n    foreach each $sacks { incr sum $each }\n    return $sum\n}\nputs [count {41 112}]\n',
    ('ps1', 'application/x-powershell'): 'param([int]$Sacks = 41)\n\nfunction Get-Count {\n    Write-Output ($Sacks * 2)\n}\n\nGet-Count | ForEach-Object { "$_ sacks" }\n',
    ('bat', 'application/x-bat'): '@echo off\r\nsetlocal\r\nset SACKS=41\r\nif %SACKS% GTR 40 echo %SACKS% sacks\r\ngoto :eof\r\n',
    ('awk', 'text/x-awk'): '#!/usr/bin/awk -f\nBEGIN { FS = "," }\n{ sum += $2 }\nEND { print sum }\n',
    ('sh', 'text/x-shellscript'): '#!/bin/sh\nset -eu\nsacks=41\nif [ "$sacks" -gt 40 ]; then\n  echo "$sacks sacks"\nfi\n',
    ('fish', 'text/x-fish'): '#!/usr/bin/env fish\nset sacks 41\nif test $sacks -gt 40\n    echo "$sacks sacks"\nend\n',
    ('proto', 'text/x-protobuf'): 'syntax = "proto3";\n\npackage mill.v1;\n\nmessage Sack {\n  string kind = 1;\n  int32 kilograms = 2;\n}\n',
    ('graphql', 'text/x-graphql'): 'type Sack {\n  kind: String!\n  kilograms: Int\n}\n\ntype Query {\n  sacks(month: String): [Sack!]!\n}\n',
    ('thrift', 'text/x-thrift'): 'namespace py mill\n\nstruct Sack {\n  1: required string kind,\n  2: i32 kilograms\n}\n',
    ('tf', 'text/x-hcl'): 'resource "mill_gate" "first" {\n  number = 1\n  tags = {\n    river = "left"\n  }\n}\n',
    ('nix', 'text/x-nix'): '{ pkgs ? import <nixpkgs> { } }:\n\npkgs.mkShell {\n  buildInputs = [ pkgs.hello ];\n}\n',
    ('cmake', 'text/x-cmake'): 'cmake_minimum_required(VERSION 3.20)\nproject(mill LANGUAGES C)\nadd_executable(mill main.c)\n',
    ('mk', 'text/x-makefile'): 'CC := cc\n\nall: mill\n\nmill: main.o\n\t$(CC) -o $@ $^\n\n.PHONY: all\n',
    ('gradle', 'text/x-gradle'): "plugins {\n    id 'java'\n}\n\ndependencies {\n    implementation 'example:mill:1.0'\n}\n",
    ('sol', 'text/x-solidity'): '// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n\ncontract Mill {\n    uint public sacks = 41;\n}\n',
    ('v', 'text/x-verilog'): 'module gate(input wire a, output wire b);\n  assign b = ~a;\nendmodule\n',
    ('vhd', 'text/x-vhdl'): 'library ieee;\nuse ieee.std_logic_1164.all;\n\nentity gate is\n  port (a : in std_logic; b : out std_logic);\nend entity;\n',
    ('vue', 'text/x-vue'): '<template>\n  <p>{{ sacks }}</p>\n</template>\n\n<script setup>\nconst sacks = 41\n</script>\n',
    ('coffee', 'text/x-coffeescript'): "sacks =\n  rye: 41\n\ncount = (all) ->\n  sum = 0\n  sum += each for kind, each of all\n  sum\n\nconsole.log count sacks\n",
    ('glsl', 'text/x-glsl'): '#version 330 core\nout vec4 color;\nvoid main() {\n  color = vec4(0.2, 0.4, 0.6, 1.0);\n}\n',
    ('cu', 'text/x-cuda'): '#include <cuda_runtime.h>\n\n__global__ void count(int *sacks) {\n  atomicAdd(sacks, threadIdx.x);\n}\n',
    ('wat', 'text/plain'): '(module\n  (func (export "count") (result i32)\n    i32.const 41))\n',
    ('prolog', 'text/x-prolog'): ':- module(mill, [count/2]).\n\ncount([], 0).\ncount([S|Rest], Sum) :- count(Rest, R), Sum is R + S.\n',
    ('sed', 'text/x-sed'): '#!/bin/sed -f\ns/closed/open/g\n/^#/d\n',
}
NAMED = {
    'Makefile': ('text/x-makefile', 'all: mill\n\nmill: main.c\n\tcc -o mill main.c\n\nclean:\n\trm -f mill\n'),
    'Dockerfile': ('text/x-dockerfile', 'FROM debian:12\nRUN apt-get update\nCOPY mill /usr/bin/mill\nCMD ["mill"]\n'),
    'CMakeLists.txt': ('text/x-cmake', 'cmake_minimum_required(VERSION 3.20)\nproject(mill)\nadd_executable(mill main.c)\n'),
    'Jenkinsfile': ('text/x-groovy', "pipeline {\n  agent any\n  stages {\n    stage('Build') { steps { sh 'make' } }\n  }\n}\n"),
}
SHEBANGS = {
    'python3': ('text/x-python', '#!/usr/bin/env python3\nprint(41)\n'), 'node': ('text/javascript', '#!/usr/bin/env node\nconsole.log(41);\n'),
    'bash': ('text/x-shellscript', '#!/bin/bash\necho 41\n'), 'perl': ('text/x-perl', '#!/usr/bin/perl -w\nprint 41;\n'), 'ruby': ('text/x-ruby', '#!/usr/bin/env ruby\nputs 41\n'),
    'php': ('text/x-php', '#!/usr/bin/php\n<?php echo 41;\n'), 'lua': ('text/x-lua', '#!/usr/bin/lua\nprint(41)\n'), 'pwsh': ('application/x-powershell', '#!/usr/bin/env pwsh\nWrite-Output 41\n'),
    'rscript': ('text/x-r', '#!/usr/bin/env Rscript\nprint(41)\n'), 'tclsh': ('text/x-tcl', '#!/usr/bin/env tclsh\nputs 41\n'),
}
BY_CONTENT = {'c', 'cpp', 'java', 'go', 'py', 'php', 'awk', 'sh', 'fish', 'sed'}


def make():
    for (extension, mime), program in PROGRAMS.items():
        text(f'code/mill.{extension}', program, mime, nameless=extension in BY_CONTENT)
    for name, (mime, program) in NAMED.items():
        text(f'code/{name}', program, mime)
    for name, (mime, program) in SHEBANGS.items():
        text(f'code/run-{name}', program, mime, nameless=True)
