// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

/// @title What a chain charges beside the gas of the EVM
/// @notice An adapter to a chain's own price list; chosen once, when the settlement contract is deployed.
interface IDataFee {
    /// @param size Length of a signed transaction, in bytes.
    /// @return dataFee What the chain takes for publishing that many bytes, in wei.
    /// @return weiPerGas What the chain takes for each gas beside the gas price, in wei.
    function quote(uint256 size) external view returns (uint256 dataFee, uint256 weiPerGas);
}
