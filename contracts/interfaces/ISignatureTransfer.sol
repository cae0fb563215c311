// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

/// @title The part of Uniswap's Permit2 that the auction calls
/// @notice One signature moves tokens once, and says in its witness what for.
interface ISignatureTransfer {
    /// @dev `amount` is the most that may be moved.
    struct TokenPermissions {
        address token;
        uint256 amount;
    }

    /// @dev What is signed, with the spender and the witness. `nonce` is one bit of the owner's bitmap in Permit2.
    struct PermitTransferFrom {
        TokenPermissions permitted;
        uint256 nonce;
        uint256 deadline;
    }

    struct SignatureTransferDetails {
        address to;
        uint256 requestedAmount;
    }

    /// @notice Moves `transferDetails.requestedAmount` from `owner`, if `signature` is theirs.
    /// @param witness EIP-712 struct hash of what the owner signed along.
    /// @param witnessTypeString The rest of the type that is signed, after "...,uint256 deadline,".
    function permitWitnessTransferFrom(
        PermitTransferFrom calldata permit,
        SignatureTransferDetails calldata transferDetails,
        address owner,
        bytes32 witness,
        string calldata witnessTypeString,
        bytes calldata signature
    ) external;
}
