// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title The balances of many accounts, read by one call
contract BalanceReader {
    /// @return balances Token by token, holder by holder.
    function balancesOf(
        IERC20[] calldata tokens,
        address[] calldata holders
    ) external view returns (uint256[] memory balances) {
        balances = new uint256[](tokens.length * holders.length);
        for (uint256 i = 0; i < balances.length; ++i) {
            balances[i] = tokens[i / holders.length].balanceOf(holders[i % holders.length]);
        }
    }
}
