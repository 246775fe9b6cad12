// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Mill {
    uint public sacks = 41;
}
