// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

import {IDataFee} from "./IDataFee.sol";

/// @title What settling a fill costs, as the settlement contract meters it
interface ICostMeter {
    /// @notice The most of a transaction's gas price that counts above the block's base fee, in wei per gas.
    function TIP_CAP() external view returns (uint256);

    /// @notice Where the chain's data fee is read; 0 if it has none.
    function DATA_FEE() external view returns (IDataFee);

    /// @notice The metered cost of one fill in a batch of `count`, in wei, at the gas price of the calling transaction
    /// and the block's base fee. An intent with `feePerWei` can be charged `cost * feePerWei / 1e18` atoms.
    /// @param isFresh Whether the fill is the first to write its word of the nonce bitmap, or of filled amounts.
    /// @dev In a static call the gas price has to be given (`eth_call` with gasPrice); at a gas price of 0 the cost is 0.
    function fillCost(uint256 count, bool isFresh) external view returns (uint256);
}
