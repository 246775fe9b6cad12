cmake_minimum_required(VERSION 3.20)
project(mill LANGUAGES C)
add_executable(mill main.c)
