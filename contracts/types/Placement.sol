// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Intent} from "./Intent.sol";

/// @notice How the owner of an intent vouches for it, and by whose allowance its tokens are pulled.
enum Scheme {
    /// `signature` is the 65 or 64 (EIP-2098) bytes of whoever owns the intent. Tokens: allowance to the auction.
    Ecdsa,
    /// `signature` is what `isValidSignature` of `owner` takes (ERC-1271). Tokens: allowance to the auction.
    Eip1271,
    /// `owner` has approved the intent's hash on chain. Tokens: allowance to the auction.
    Approval,
    /// The caller is the owner. Tokens: allowance to the auction.
    Caller,
    /// `signature` is the owner's for Permit2 (`permitWitnessTransferFrom`), with the intent as its witness. Tokens:
    /// allowance to Permit2.
    Permit2
}

/// @notice An intent that is brought into a window.
struct Placement {
    Intent intent;
    Scheme scheme;
    /// Who owns the intent. `Ecdsa`: 0, or who the signature has to be of. `Caller`: 0 or the caller. Else required.
    address owner;
    /// Empty for `Approval` and `Caller`, where it is ignored.
    bytes signature;
}
