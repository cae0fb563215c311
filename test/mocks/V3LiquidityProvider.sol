// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @dev The part of a Uniswap v3 pool that the provider calls.
interface IV3Pool {
    function mint(
        address recipient,
        int24 tickLower,
        int24 tickUpper,
        uint128 amount,
        bytes calldata data
    ) external returns (uint256 amount0, uint256 amount1);
}

/// @title Puts liquidity into a Uniswap v3 pool, out of what it holds
contract V3LiquidityProvider {
    IERC20 private immutable _token0;
    IERC20 private immutable _token1;

    constructor(IERC20 token0, IERC20 token1) {
        _token0 = token0;
        _token1 = token1;
    }

    function provide(IV3Pool pool, int24 tickLower, int24 tickUpper, uint128 amount) external {
        pool.mint(address(this), tickLower, tickUpper, amount, "");
    }

    function uniswapV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        require(_token0.transfer(msg.sender, amount0));
        require(_token1.transfer(msg.sender, amount1));
    }
}
