// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @dev A stream of numbers that its seed determines.
struct Random {
    uint256 state;
}

using RandomLib for Random global;

library RandomLib {
    function next(Random memory random) internal pure returns (uint256) {
        random.state = uint256(keccak256(abi.encode(random.state)));
        return random.state;
    }

    /// @notice A number below `limit`, which is not 0.
    function below(Random memory random, uint256 limit) internal pure returns (uint256) {
        return random.next() % limit;
    }

    function chance(Random memory random, uint256 percent) internal pure returns (bool) {
        return random.below(100) < percent;
    }

    /// @notice A number in [1, most] of any magnitude, each number of bits as likely as another.
    function amount(Random memory random, uint256 most) internal pure returns (uint256) {
        uint256 bits = random.below(Math.log2(most) + 1);
        return 1 + (random.below(most) >> bits);
    }
}
