// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IOutcome} from "../interfaces/IOutcome.sol";

/// @title MinimumBalanceCondition
/// @author The Walras developers
/// @notice Holds if an account has at least an amount of a token when all tokens of the batch have moved: for tokens that
/// take a fee on transfer, for several intents that only make sense together, for an outcome that is a balance.
/// @dev Data: `abi.encode(address token, address account, uint256 minimum)`; token 0 stands for the chain's own coin,
/// account 0 for the intent's owner. Data that does not decode, and a token that does not answer, refuse. Warning: what
/// the account has already counts, and what it spends before the batch is missing.
contract MinimumBalanceCondition is IOutcome {
    /// @inheritdoc IOutcome
    function holds(
        bytes32,
        address owner,
        uint256,
        uint256,
        bytes calldata conditionData
    ) external view override returns (bool) {
        (address token, address account, uint256 minimum) = abi.decode(
            conditionData,
            (address, address, uint256)
        );
        if (account == address(0)) account = owner;
        uint256 balance = token == address(0) ? account.balance : IERC20(token).balanceOf(account);
        return balance >= minimum;
    }
}
