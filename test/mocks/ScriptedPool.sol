// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IExecutor} from "../../contracts/interfaces/IExecutor.sol";

/// @title A pool that gives what it is told to and then asks for its payment the way a Uniswap v3 pool does
/// @notice Honest or not, as the test tells it: it may ask twice, for too much, or for nothing.
contract ScriptedPool {
    function swap(
        IERC20 tokenOut,
        uint256 amountOut,
        int256 amount0Delta,
        int256 amount1Delta,
        uint256 times
    ) external {
        require(tokenOut.transfer(msg.sender, amountOut));
        for (uint256 i = 0; i < times; ++i) ask(msg.sender, amount0Delta, amount1Delta);
    }

    function ask(address payer, int256 amount0Delta, int256 amount1Delta) public {
        IExecutor(payer).uniswapV3SwapCallback(amount0Delta, amount1Delta, "");
    }

    /// @notice Passes a call on, so that somebody else than the target of the payer's call asks.
    function delegateAsk(ScriptedPool other, int256 amount0Delta) external {
        other.ask(msg.sender, amount0Delta, 0);
    }

    function pay() external payable {}
}
