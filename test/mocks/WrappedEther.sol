// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title Ether as an ERC-20, unwrapped with 2,300 gas as by WETH9
contract WrappedEther is ERC20 {
    constructor() ERC20("Wrapped Ether", "WETH") {}

    receive() external payable {
        deposit();
    }

    function withdraw(uint256 amount) external {
        _burn(msg.sender, amount);
        // With a value the EVM adds 2,300 gas of its own.
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, ) = msg.sender.call{value: amount, gas: amount == 0 ? 2300 : 0}("");
        require(success, "refused");
    }

    function deposit() public payable {
        _mint(msg.sender, msg.value);
    }
}
