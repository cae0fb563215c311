// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title A taker that fills 1inch limit orders one after the other, out of tokens of its own
/// @notice The least code with which somebody settles N orders by the Limit Order Protocol in one transaction: it takes
/// what an order gives, pays what the order asks, and ends with what it began with when the orders match.
contract SequentialTaker {
    /// @dev A call of `fillOrder`: selector, order of eight words, r, vs, amount, taker traits.
    uint256 private constant CALL_SIZE = 388;

    address private immutable PROTOCOL;

    error FillFailed(uint256 offset);

    constructor(address protocol, IERC20[] memory tokens) {
        PROTOCOL = protocol;
        for (uint256 i = 0; i < tokens.length; ++i) tokens[i].approve(protocol, type(uint256).max);
    }

    /// @notice The calldata is nothing but calls of `fillOrder`, one behind the other.
    fallback() external {
        for (uint256 offset = 0; offset < msg.data.length; offset += CALL_SIZE) {
            address protocol = PROTOCOL;
            bool success;
            assembly ("memory-safe") {
                let call_ := mload(0x40)
                calldatacopy(call_, offset, CALL_SIZE)
                success := call(gas(), protocol, 0, call_, CALL_SIZE, 0x00, 0x00)
            }
            require(success, FillFailed(offset));
        }
    }
}
