// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Leaves its ether to an account that does not take any
contract ForcedEther {
    constructor(address payable to) payable {
        selfdestruct(to);
    }
}
