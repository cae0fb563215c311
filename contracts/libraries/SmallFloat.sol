// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Amounts of 128 bits in few
/// @notice A float is `mantissa << 7 | exponent`, meaning mantissa * 2^exponent, in `7 + bits` bits.
library SmallFloat {
    uint256 private constant EXPONENT_BITS = 7;
    uint256 private constant EXPONENT_MASK = (1 << EXPONENT_BITS) - 1;

    /// @notice The largest float that is no more than `value`, which has to be below 2^128.
    function encode(uint256 value, uint256 bits) internal pure returns (uint256) {
        unchecked {
            if (value >> bits == 0) return value << EXPONENT_BITS;
            uint256 exponent = Math.log2(value) + 1 - bits;
            return ((value >> exponent) << EXPONENT_BITS) | exponent;
        }
    }

    /// @notice The smallest float that is no less than `value`, if that is no more than some float.
    function encodeUp(uint256 value, uint256 bits) internal pure returns (uint256) {
        unchecked {
            uint256 float = encode(value, bits);
            uint256 exponent = float & EXPONENT_MASK;
            uint256 rest = value - ((float >> EXPONENT_BITS) << exponent);
            // A mantissa that overflows is a power of two, of which `encode` makes the shorter form.
            return rest == 0 ? float : encode(value - rest + (1 << exponent), bits);
        }
    }

    function decode(uint256 float) internal pure returns (uint256) {
        unchecked {
            return (float >> EXPONENT_BITS) << (float & EXPONENT_MASK);
        }
    }
}
