// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev Where the memory that `settle` works in lies, one part after the other: places that the compiler knows, which
/// spares an addition at each of the some hundred times that one fill is written and read there. Each part is allocated
/// as any memory is, in this order, and checks that it has been given the place that it is known by.
uint256 constant EXTRAS_AT = 0x300;
uint256 constant FILL_AT = 0x400;
uint256 constant LEGS_AT = 0x7c0;

/// @notice Makes the next allocation begin at `EXTRAS_AT`.
function beginWorkingMemory() pure {
    assembly ("memory-safe") {
        // Never so: before, there are only the compiler's own and, after a fork of the chain, a new domain separator.
        if gt(mload(0x40), EXTRAS_AT) {
            invalid()
        }
        mstore(0x40, EXTRAS_AT)
    }
}
