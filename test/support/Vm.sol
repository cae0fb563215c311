// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title The cheatcodes of the test EVM that the tests use
/// @notice Foundry's names and meanings; the test runner answers them at a fixed address.
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function addr(uint256 privateKey) external pure returns (address);
    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);

    function prank(address sender) external;
    function warp(uint256 timestamp) external;
    function getBlockTimestamp() external view returns (uint256);
    function chainId(uint256 newChainId) external;
    function fee(uint256 newBaseFee) external;
    function txGasPrice(uint256 newGasPrice) external;
    function getCode(string calldata artifact) external view returns (bytes memory creationCode);
    function etch(address target, bytes calldata code) external;
    function store(address target, bytes32 slot, bytes32 value) external;
    function label(address account, string calldata name) external;
    function assume(bool condition) external pure;

    function expectRevert() external;
    function expectRevert(bytes calldata revertData) external;
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data, address emitter) external;
    function expectCall(address callee, bytes calldata data, uint64 count) external;
    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory);

    function envOr(string calldata name, bool otherwise) external view returns (bool);
    function writeLine(string calldata path, string calldata line) external;
    function readFile(string calldata path) external view returns (string memory);
    function exists(string calldata path) external view returns (bool);
    function parseJson(string calldata json, string calldata key) external pure returns (bytes memory);
    function parseJsonUint(string calldata json, string calldata key) external pure returns (uint256);
    function parseJsonString(string calldata json, string calldata key) external pure returns (string memory);
    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);
    function parseJsonBytes32(string calldata json, string calldata key) external pure returns (bytes32);
    function parseJsonAddress(string calldata json, string calldata key) external pure returns (address);
    function parseJsonBool(string calldata json, string calldata key) external pure returns (bool);
    function keyExistsJson(string calldata json, string calldata key) external view returns (bool);
    function toString(uint256 value) external pure returns (string memory);

    function snapshotValue(string calldata group, string calldata name, uint256 value) external;

    function assertEq(uint256 left, uint256 right, string calldata name) external pure;
    function assertEq(int256 left, int256 right, string calldata name) external pure;
    function assertEq(address left, address right, string calldata name) external pure;
    function assertEq(bytes32 left, bytes32 right, string calldata name) external pure;
    function assertEq(bool left, bool right, string calldata name) external pure;
    function assertEq(bytes calldata left, bytes calldata right, string calldata name) external pure;
    function assertLe(uint256 left, uint256 right, string calldata name) external pure;
    function assertGe(uint256 left, uint256 right, string calldata name) external pure;
    function assertTrue(bool condition, string calldata name) external pure;
    function assertFalse(bool condition, string calldata name) external pure;
}
