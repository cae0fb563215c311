// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

/// @title The physical floor of settling signed orders, with packed calldata
/// @notice For each order: one ecrecover over an EIP-712 digest, one write to a nonce bitmap, one direct `transferFrom`.
/// Nothing else: no limit, price, expiry or replay is checked, no length, no result of a call, and nothing is logged.
/// Never to be deployed; it only says how little gas settling can cost.
/// @dev An order takes 112 bytes, big-endian: sellTokenIndex uint8, buyTokenIndex uint8, payee uint16 (the order whose owner
/// is paid), validTo uint32, nonce uint64, sellAmount uint128, buyAmount uint128, r, vs (EIP-2098).
contract PackedFloor {
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

    /// @dev The whole memory belongs to the assembly, which ends the call itself:
    /// 0x000 scratch and arguments of ecrecover; 0x080 struct hash preimage; 0x160 digest preimage; 0x1c0 `transferFrom`
    /// call; 0x240 owners.
    function settle(address[] calldata tokens, bytes calldata orders) external {
        bytes32 typehash = ORDER_TYPEHASH;
        bytes32 separator = DOMAIN_SEPARATOR;
        assembly {
            mstore(0x080, typehash)
            mstore(0x160, shl(240, 0x1901))
            mstore(0x162, separator)
            mstore(0x1c0, shl(224, 0x23b872dd))

            let end := add(orders.offset, orders.length)
            let owners := 0x240
            for {
                let at := orders.offset
            } lt(at, end) {
                at := add(at, 112)
            } {
                let head := calldataload(at)
                let nonce := and(shr(128, head), 0xffffffffffffffff)
                mstore(0x0a0, calldataload(add(tokens.offset, shl(5, byte(0, head)))))
                mstore(0x0c0, calldataload(add(tokens.offset, shl(5, byte(1, head)))))
                mstore(0x0e0, and(head, 0xffffffffffffffffffffffffffffffff))
                mstore(0x100, shr(128, calldataload(add(at, 32))))
                mstore(0x120, and(shr(192, head), 0xffffffff))
                mstore(0x140, nonce)
                mstore(0x182, keccak256(0x080, 0x0e0))

                let vs := calldataload(add(at, 80))
                mstore(0x00, keccak256(0x160, 0x42))
                mstore(0x20, add(27, shr(255, vs)))
                mstore(0x40, calldataload(add(at, 48)))
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
                at := add(at, 112)
            } {
                let head := calldataload(at)
                mstore(0x1c4, mload(owners))
                mstore(0x1e4, mload(add(0x240, shl(5, and(shr(224, head), 0xffff)))))
                mstore(0x204, and(head, 0xffffffffffffffffffffffffffffffff))
                let token := calldataload(add(tokens.offset, shl(5, byte(0, head))))
                pop(call(gas(), token, 0, 0x1c0, 0x64, 0x00, 0x00))
                owners := add(owners, 0x20)
            }
            stop()
        }
    }
}
