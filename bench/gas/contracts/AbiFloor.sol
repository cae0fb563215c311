// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

/// @dev As the standard ABI lays it out: nine words.
struct Order {
    uint256 sellTokenIndex;
    uint256 buyTokenIndex;
    uint256 sellAmount;
    uint256 buyAmount;
    uint256 validTo;
    uint256 nonce;
    bytes32 r;
    bytes32 vs;
    uint256 payee;
}

/// @title The physical floor of settling signed orders, with calldata in the standard ABI
/// @notice The work of `PackedFloor` for the same orders, whose doc says what that is and that nothing is checked.
contract AbiFloor {
    bytes32 private constant ORDER_TYPEHASH = keccak256(
        "Order(address sellToken,address buyToken,uint128 sellAmount,uint128 buyAmount,uint32 validTo,uint256 nonce)"
    );

    bytes32 private immutable DOMAIN_SEPARATOR;

    mapping(address owner => mapping(uint256 word => uint256 bits)) private _nonces;

    constructor() {
        DOMAIN_SEPARATOR = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Floor"),
                keccak256("1"),
                block.chainid,
                address(this)
            )
        );
    }

    /// @notice Spends a nonce of the caller, so that its word is in use.
    function cancel(uint256 nonce) external {
        _nonces[msg.sender][nonce >> 8] |= 1 << (nonce & 0xff);
    }

    /// @dev Memory as in `PackedFloor.settle`.
    function settle(address[] calldata tokens, Order[] calldata orders) external {
        bytes32 typehash = ORDER_TYPEHASH;
        bytes32 separator = DOMAIN_SEPARATOR;
        assembly {
            mstore(0x080, typehash)
            mstore(0x160, shl(240, 0x1901))
            mstore(0x162, separator)
            mstore(0x1c0, shl(224, 0x23b872dd))

            let end := add(orders.offset, mul(orders.length, 0x120))
            let owners := 0x240
            for {
                let at := orders.offset
            } lt(at, end) {
                at := add(at, 0x120)
            } {
                let nonce := calldataload(add(at, 0xa0))
                mstore(0x0a0, calldataload(add(tokens.offset, shl(5, calldataload(at)))))
                mstore(0x0c0, calldataload(add(tokens.offset, shl(5, calldataload(add(at, 0x20))))))
                calldatacopy(0x0e0, add(at, 0x40), 0x80)
                mstore(0x182, keccak256(0x080, 0x0e0))

                let vs := calldataload(add(at, 0xe0))
                mstore(0x00, keccak256(0x160, 0x42))
                mstore(0x20, add(27, shr(255, vs)))
                mstore(0x40, calldataload(add(at, 0xc0)))
                mstore(0x60, shr(1, shl(1, vs)))
                pop(staticcall(gas(), 1, 0x00, 0x80, 0x00, 0x20))
                mstore(owners, mload(0x00))
                owners := add(owners, 0x20)

                mstore(0x20, _nonces.slot)
                mstore(0x20, keccak256(0x00, 0x40))
                mstore(0x00, shr(8, nonce))
                let word := keccak256(0x00, 0x40)
                sstore(word, or(sload(word), shl(and(nonce, 0xff), 1)))
            }

            owners := 0x240
            for {
                let at := orders.offset
            } lt(at, end) {
                at := add(at, 0x120)
            } {
                mstore(0x1c4, mload(owners))
                mstore(0x1e4, mload(add(0x240, shl(5, calldataload(add(at, 0x100))))))
                mstore(0x204, calldataload(add(at, 0x40)))
                let token := calldataload(add(tokens.offset, shl(5, calldataload(at))))
                pop(call(gas(), token, 0, 0x1c0, 0x64, 0x00, 0x00))
                owners := add(owners, 0x20)
            }
            stop()
        }
    }
}
