// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @dev The part of a Uniswap v3 pool that the swapper calls.
interface IV3SwapPool {
    function swap(
        address recipient,
        bool zeroForOne,
        int256 amountSpecified,
        uint160 sqrtPriceLimitX96,
        bytes calldata data
    ) external returns (int256 amount0, int256 amount1);
}

/// @title Swaps exact inputs on a Uniswap v3 pool, out of what it holds
contract V3Swapper {
    IERC20 private immutable _token0;
    IERC20 private immutable _token1;

    constructor(IERC20 token0, IERC20 token1) {
        _token0 = token0;
        _token1 = token1;
    }

    function swap(
        IV3SwapPool pool,
        bool zeroForOne,
        int256 amountIn,
        uint160 limit
    ) external returns (int256 amount0, int256 amount1) {
        return pool.swap(address(this), zeroForOne, amountIn, limit, "");
    }

    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata) external {
        if (amount0 > 0) require(_token0.transfer(msg.sender, uint256(amount0)));
        if (amount1 > 0) require(_token1.transfer(msg.sender, uint256(amount1)));
    }
}
