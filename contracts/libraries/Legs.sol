// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// The linter does not look into assembly.
// solhint-disable-next-line no-unused-import
import {LEGS_AT} from "./WorkingMemory.sol";

/// @dev What is left of a fill once it is verified, as a place in memory of five words: `owner`, `receiver`, `sellToken`,
/// `buyToken` and `amounts`, which holds what the owner still has to give in its upper 128 bits (`owed`) and what the
/// receiver still has to get in its lower 128 bits (`due`). Both only fall.
type Leg is uint256;

/// @title The legs of a batch, side by side in memory
/// @notice Equivalent to `Leg[] memory legs = new Leg[](count)` with a struct of those members, but no leg is filled with
/// zeros before it is written, none is reached through a pointer, and an index that has been compared with the count is
/// not compared again.
library Legs {
    /// @dev At `LEGS_AT` there is the call of `transferFrom`: its selector at the end of a word, then sender, recipient and
    /// amount. The legs follow.
    uint256 private constant SELECTOR = 28;
    uint256 private constant SENDER = 0x20;
    uint256 private constant RECIPIENT = 0x40;
    uint256 private constant AMOUNT = 0x60;
    uint256 private constant CALL_SIZE = 0x64;
    uint256 private constant FIRST = 0x80;

    uint256 private constant SIZE = 0xa0;
    uint256 private constant RECEIVER = 0x20;
    uint256 private constant SELL_TOKEN = 0x40;
    uint256 private constant BUY_TOKEN = 0x60;
    uint256 private constant AMOUNTS = 0x80;

    uint256 private constant MAX_UINT128 = 0xffffffffffffffffffffffffffffffff;

    /// @dev Selector of `transferFrom(address,address,uint256)`.
    uint256 private constant TRANSFER_FROM = 0x23b872dd;

    /// @notice Allocates memory for `count` legs.
    function allocate(uint256 count) internal pure {
        assembly ("memory-safe") {
            if xor(mload(0x40), LEGS_AT) {
                invalid()
            }
            mstore(0x40, add(add(LEGS_AT, FIRST), mul(count, SIZE)))
        }
    }

    /// @dev Equivalent to `legs[index]`, for an index below the count.
    function get(uint256 index) internal pure returns (Leg leg) {
        assembly ("memory-safe") {
            leg := add(add(LEGS_AT, FIRST), mul(index, SIZE))
        }
    }

    /// @dev `receiver_` 0 stands for the owner. The addresses must have no more than 160 bits.
    function write(
        Leg leg,
        address owner_,
        uint256 receiver_,
        uint256 sellToken_,
        uint256 buyToken_,
        uint256 amounts_
    ) internal pure {
        assembly ("memory-safe") {
            mstore(leg, owner_)
            mstore(add(leg, RECEIVER), or(receiver_, mul(owner_, iszero(receiver_))))
            mstore(add(leg, SELL_TOKEN), sellToken_)
            mstore(add(leg, BUY_TOKEN), buyToken_)
            mstore(add(leg, AMOUNTS), amounts_)
        }
    }

    function owner(Leg leg) internal pure returns (address result) {
        assembly ("memory-safe") {
            result := mload(leg)
        }
    }

    function receiver(Leg leg) internal pure returns (address result) {
        assembly ("memory-safe") {
            result := mload(add(leg, RECEIVER))
        }
    }

    function sellToken(Leg leg) internal pure returns (address result) {
        assembly ("memory-safe") {
            result := mload(add(leg, SELL_TOKEN))
        }
    }

    function buyToken(Leg leg) internal pure returns (address result) {
        assembly ("memory-safe") {
            result := mload(add(leg, BUY_TOKEN))
        }
    }

    function amounts(Leg leg) internal pure returns (uint256 result) {
        assembly ("memory-safe") {
            result := mload(add(leg, AMOUNTS))
        }
    }

    /// @dev Equivalent to `legs[index].owed`.
    function owed(Leg leg) internal pure returns (uint256) {
        return amounts(leg) >> 128;
    }

    /// @dev Equivalent to `legs[index].due`.
    function due(Leg leg) internal pure returns (uint256) {
        return uint128(amounts(leg));
    }

    /// @notice What `transferPairs` tried to move last.
    function lastAmount() internal pure returns (uint256 amount) {
        assembly ("memory-safe") {
            amount := mload(add(LEGS_AT, AMOUNT))
        }
    }

    /// @notice Moves tokens straight from seller to buyer, pair by pair, the smaller of what the one still owes and the
    /// other still has to get; stops at the first pair that is faulty or whose token does not do it.
    /// @param pairs Places of legs: uint16 seller, uint16 buyer; a whole number of pairs.
    /// @return done How many pairs were dealt with.
    /// @dev Equivalent, for each pair, to
    ///
    ///     if (seller >= count || buyer >= count || legs[seller].sellToken != legs[buyer].buyToken) break;
    ///     uint256 amount = Math.min(legs[seller].owed, legs[buyer].due);
    ///     if (amount != 0) {
    ///         if (!token.trySafeTransferFrom(legs[seller].owner, legs[buyer].receiver, amount)) break;
    ///         legs[seller].owed -= amount;
    ///         legs[buyer].due -= amount;
    ///     }
    function transferPairs(uint256 count, bytes calldata pairs) internal returns (uint256 done) {
        assembly ("memory-safe") {
            function transferPair(legCount, pair) -> ok {
                let seller := shr(240, pair)
                let buyer := and(shr(224, pair), 0xffff)
                ok := and(lt(seller, legCount), lt(buyer, legCount))
                if iszero(ok) {
                    leave
                }
                seller := add(add(LEGS_AT, FIRST), mul(seller, SIZE))
                buyer := add(add(LEGS_AT, FIRST), mul(buyer, SIZE))
                let token := mload(add(seller, SELL_TOKEN))
                ok := eq(token, mload(add(buyer, BUY_TOKEN)))
                let sellerAmounts := mload(add(seller, AMOUNTS))
                let buyerAmounts := mload(add(buyer, AMOUNTS))
                let amount := and(buyerAmounts, MAX_UINT128)
                {
                    let most := shr(128, sellerAmounts)
                    amount := xor(most, mul(xor(amount, most), lt(amount, most)))
                }
                if iszero(mul(amount, ok)) {
                    leave
                }
                mstore(add(LEGS_AT, SENDER), mload(seller))
                mstore(add(LEGS_AT, RECIPIENT), mload(add(buyer, RECEIVER)))
                mstore(add(LEGS_AT, AMOUNT), amount)
                mstore(add(seller, AMOUNTS), sub(sellerAmounts, shl(128, amount)))
                mstore(add(buyer, AMOUNTS), sub(buyerAmounts, amount))
                mstore(0x00, 0)
                ok := call(gas(), token, 0, add(LEGS_AT, SELECTOR), CALL_SIZE, 0x00, 0x20)
                if eq(mload(0x00), 1) {
                    leave
                }
                // As SafeERC20 has it: a token may answer nothing, but then it must be there.
                ok := and(ok, and(iszero(returndatasize()), iszero(iszero(extcodesize(token)))))
            }

            mstore(LEGS_AT, TRANSFER_FROM)
            let place := pairs.offset
            let end := add(place, pairs.length)
            let ok := 1
            for {} and(lt(place, end), ok) {
                place := add(place, 4)
            } {
                ok := transferPair(count, calldataload(place))
            }
            done := sub(shr(2, sub(place, pairs.offset)), iszero(ok))
        }
    }
}
