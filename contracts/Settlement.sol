// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IOutcome} from "./interfaces/IOutcome.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {ISettlementCallback} from "./interfaces/ISettlementCallback.sol";
import {FillDecoder, FillTerms} from "./libraries/FillDecoder.sol";
import {FillMath} from "./libraries/FillMath.sol";
import {IntentHash, IntentPreimage} from "./libraries/IntentHash.sol";
import {Batch} from "./types/Batch.sol";
import {Intent} from "./types/Intent.sol";

/// @title Settlement
/// @author The Walras developers
/// @notice Settles signed intents at uniform clearing prices. See `ISettlement` for what it promises.
contract Settlement is ISettlement, EIP712, ReentrancyGuardTransient {
    using FillDecoder for bytes;
    using SafeERC20 for IERC20;

    /// @dev What is left of a fill once it is verified: `owed` is what the owner still has to give, `due` what the receiver
    /// still has to get. Both only fall.
    struct Leg {
        address owner;
        address receiver;
        address sellToken;
        address buyToken;
        uint256 owed;
        uint256 due;
    }

    /// @dev An outcome condition, to be asked when all tokens have moved. Its data lies in the packed fills.
    struct Condition {
        uint256 fill;
        address at;
        bytes32 intentHash;
        address owner;
        uint256 sold;
        uint256 bought;
        uint256 dataAt;
        uint256 dataLength;
    }

    /// @dev A word of a nonce bitmap; a struct, so that it can be pointed at and its place be computed once.
    struct NonceWord {
        uint256 bits;
    }

    /* STORAGE */

    mapping(address owner => mapping(uint256 word => NonceWord)) private _nonces;

    /// @inheritdoc ISettlement
    mapping(address owner => mapping(bytes32 intentHash => bool)) public isApproved;

    /// @dev Filled amounts of partially fillable intents. Nonces 2k and 2k+1 share word k, the even one in the low half,
    /// so that the first fill of every other nonce finds its word in use.
    mapping(address owner => mapping(uint256 pair => uint256 amounts)) private _filledAmounts;

    /* CONSTRUCTOR */

    constructor() EIP712("Walras", "1") {}

    /* SETTLING */

    /// @inheritdoc ISettlement
    function settle(Batch calldata batch) external nonReentrant {
        bytes calldata fills = batch.fills;
        _checkPrices(batch.tokens, batch.prices);

        (Leg[] memory legs, Condition[] memory conditions) = _verifyFills(fills, batch.tokens, batch.prices);

        _transferDirectly(legs, batch.transfers);
        bool isPaid = _collectForKeeper(legs);
        if (batch.callbackData.length > 0) ISettlementCallback(msg.sender).walrasCallback(batch.callbackData);
        if (!isPaid) _payFromKeeper(legs);

        _checkOutcomes(conditions, fills);

        emit Settle(msg.sender);
    }

    /* OWNERS */

    /// @inheritdoc ISettlement
    function cancel(uint256 nonce) external {
        _cancel(nonce >> 8, 1 << (nonce & 0xff));
    }

    /// @inheritdoc ISettlement
    function cancelMany(uint256 word, uint256 mask) external {
        _cancel(word, mask);
    }

    /// @inheritdoc ISettlement
    function setApproval(bytes32 intentHash, bool approved) external {
        isApproved[msg.sender][intentHash] = approved;
        emit Approval(msg.sender, intentHash, approved);
    }

    /* VIEWS */

    /// @inheritdoc ISettlement
    function nonceBitmap(address owner, uint256 word) external view returns (uint256) {
        return _nonces[owner][word].bits;
    }

    /// @inheritdoc ISettlement
    function isNonceSpent(address owner, uint256 nonce) external view returns (bool) {
        return _nonces[owner][nonce >> 8].bits & (1 << (nonce & 0xff)) != 0;
    }

    /// @inheritdoc ISettlement
    function filledAmount(address owner, uint256 nonce) external view returns (uint256) {
        return uint128(_filledAmounts[owner][nonce >> 1] >> _halfShift(nonce));
    }

    /// @inheritdoc ISettlement
    function hashIntent(Intent calldata intent) external view returns (bytes32) {
        return _hashTypedDataV4(IntentHash.structHash(intent));
    }

    /// @inheritdoc ISettlement
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /* PHASE 1: PRICES */

    /// @dev R2: the tokens ascend strictly, so each has one price, and a fill has no field for a price of its own.
    function _checkPrices(address[] calldata tokens, uint128[] calldata prices) private pure {
        require(tokens.length == prices.length, PricesLengthMismatch(tokens.length, prices.length));
        for (uint256 i = 0; i < tokens.length; ++i) {
            require(i == 0 || tokens[i - 1] < tokens[i], TokensNotAscending(i));
            require(prices[i] != 0, ZeroPrice(i));
        }
    }

    /* PHASE 2: INTENTS */

    /// @dev All effects on storage happen here, before the first token moves.
    function _verifyFills(
        bytes calldata fills,
        address[] calldata tokens,
        uint128[] calldata prices
    ) private returns (Leg[] memory legs, Condition[] memory conditions) {
        uint256 count = fills.count();
        uint256 offset = FillDecoder.COUNT_SIZE;
        uint256 conditionCount = 0;
        legs = _allocateLegs(count);
        conditions = _allocateConditions(count);
        bytes32 separator = _domainSeparatorV4();

        // Both are overwritten by each fill, so that memory does not grow with what is only needed once.
        IntentPreimage memory intent;
        intent.typeHash = IntentHash.INTENT_TYPEHASH;
        FillTerms memory terms;

        for (uint256 i = 0; i < count; ++i) {
            offset = fills.decode(i, offset, tokens, intent, terms);
            _checkTerms(i, intent);
            bytes32 intentHash = MessageHashUtils.toTypedDataHash(separator, IntentHash.structHash(intent));
            address owner = _verifySigner(fills, i, intentHash, terms);

            (uint256 sold, uint256 bought) = _amounts(prices, i, intent, terms);
            _checkFee(i, intent, terms.fee, sold);
            _checkLimit(i, intent, sold, bought);
            _recordFill(i, owner, intent, terms.executed);

            legs[i] = Leg({
                owner: owner,
                receiver: intent.receiver == address(0) ? owner : intent.receiver,
                sellToken: intent.sellToken,
                buyToken: intent.buyToken,
                owed: sold,
                due: bought
            });
            if (intent.condition != address(0)) {
                conditions[conditionCount++] = Condition({
                    fill: i,
                    at: intent.condition,
                    intentHash: intentHash,
                    owner: owner,
                    sold: sold,
                    bought: bought,
                    dataAt: terms.conditionDataAt,
                    dataLength: terms.conditionDataLength
                });
            }
            emit Fill(intentHash, owner, sold, bought);
        }
        require(offset == fills.length, TrailingFillBytes(fills.length - offset));

        // What lies beyond the conditions that there are was never written.
        assembly ("memory-safe") {
            mstore(conditions, conditionCount)
        }
    }

    /// @dev Equivalent to `new Leg[](count)`, but without an empty leg for each; every place is assigned before it is read.
    function _allocateLegs(uint256 count) private pure returns (Leg[] memory legs) {
        assembly ("memory-safe") {
            legs := mload(0x40)
            mstore(legs, count)
            mstore(0x40, add(legs, shl(5, add(count, 1))))
        }
    }

    /// @dev As `_allocateLegs`; the array is cut to the conditions that there are before it is read.
    function _allocateConditions(uint256 count) private pure returns (Condition[] memory conditions) {
        assembly ("memory-safe") {
            conditions := mload(0x40)
            mstore(conditions, count)
            mstore(0x40, add(conditions, shl(5, add(count, 1))))
        }
    }

    function _checkTerms(uint256 i, IntentPreimage memory intent) private view {
        address settler = intent.settler;
        require(intent.sellToken != intent.buyToken, SameToken(i, intent.sellToken));
        require(settler == address(0) || settler == msg.sender, WrongSettler(i, settler));
        require(block.timestamp >= intent.validFrom, NotYetValid(i, intent.validFrom));
        require(block.timestamp <= intent.validTo, Expired(i, intent.validTo));
    }

    /// @dev Who signed the intent. An ECDSA signature names nobody: the owner is whoever it recovers to, and a wrong one
    /// recovers to an address that has given no allowance.
    function _verifySigner(
        bytes calldata fills,
        uint256 i,
        bytes32 intentHash,
        FillTerms memory terms
    ) private view returns (address owner) {
        if (terms.scheme <= FillDecoder.SCHEME_ECDSA) {
            ECDSA.RecoverError failure;
            if (terms.scheme == FillDecoder.SCHEME_COMPACT) {
                (bytes32 r, bytes32 vs) = fills.compactSignature(terms);
                (owner, failure, ) = ECDSA.tryRecover(intentHash, r, vs);
            } else {
                (uint8 v, bytes32 r, bytes32 s) = fills.signature(terms);
                (owner, failure, ) = ECDSA.tryRecover(intentHash, v, r, s);
            }
            require(failure == ECDSA.RecoverError.NoError, InvalidSignature(i));
        } else if (terms.scheme == FillDecoder.SCHEME_EIP1271) {
            owner = terms.signatory;
            bytes calldata signature = fills[terms.signatureAt:terms.signatureAt + terms.signatureLength];
            require(
                SignatureChecker.isValidERC1271SignatureNowCalldata(owner, intentHash, signature),
                InvalidSignature(i)
            );
        } else {
            owner = terms.signatory;
            require(isApproved[owner][intentHash], NotApproved(i, owner, intentHash));
        }
    }

    /// @dev What is given and got at the clearing prices:
    /// - sell: sold is exact; bought = floor((sold - fee) * sellPrice / buyPrice)
    /// - buy: bought is exact; sold = ceil(bought * buyPrice / sellPrice) + fee
    function _amounts(
        uint128[] calldata prices,
        uint256 i,
        IntentPreimage memory intent,
        FillTerms memory terms
    ) private pure returns (uint256 sold, uint256 bought) {
        uint256 sellPrice = prices[terms.sellTokenIndex];
        uint256 buyPrice = prices[terms.buyTokenIndex];
        if (intent.kind == IntentHash.SELL) {
            sold = terms.executed;
            require(terms.fee <= sold, FeeTooHigh(i, terms.fee, sold));
            bought = FillMath.boughtFor(sold - terms.fee, sellPrice, buyPrice);
            require(bought <= type(uint128).max, AmountOverflow(i, bought));
        } else {
            bought = terms.executed;
            // soldFor is below 2^256 - 2^129 + 2 and the fee below 2^128, so the sum cannot overflow.
            sold = FillMath.soldFor(bought, sellPrice, buyPrice) + terms.fee;
            require(sold <= type(uint128).max, AmountOverflow(i, sold));
        }
    }

    /// @dev R6: the fee is within the signed cap, in proportion to what is sold.
    function _checkFee(uint256 i, IntentPreimage memory intent, uint256 fee, uint256 sold) private pure {
        if (fee == 0) return;
        require(intent.feePerWei == 0, FeeNotMetered(i, fee));
        require(FillMath.withinFeeCap(fee, intent.maxFee, sold, intent.sellAmount), FeeTooHigh(i, fee, sold));
    }

    /// @dev R1: the limit holds for the rounded amounts, fee included. With the executed amount within the signed one,
    /// it also keeps `sold` within `sellAmount` for kind "buy".
    function _checkLimit(uint256 i, IntentPreimage memory intent, uint256 sold, uint256 bought) private view {
        uint256 limitBuyAmount = intent.buyAmount;
        if (intent.startBuyAmount != 0 && block.timestamp < intent.decayEnd) {
            require(
                intent.startBuyAmount >= intent.buyAmount,
                InvalidDecay(i, intent.startBuyAmount, intent.buyAmount)
            );
            // validFrom <= block.timestamp < decayEnd: the first was checked with the intent's times.
            limitBuyAmount = FillMath.decayedBuyAmount(
                intent.startBuyAmount,
                intent.buyAmount,
                intent.validFrom,
                intent.decayEnd,
                block.timestamp
            );
        }
        require(
            FillMath.meetsLimit(sold, bought, intent.sellAmount, limitBuyAmount),
            LimitNotMet(i, sold, bought, limitBuyAmount)
        );
    }

    /// @dev R4: spends the nonce, or counts a part. A partial fill that completes the intent spends the nonce and leaves
    /// the counted amount as it is.
    function _recordFill(uint256 i, address owner, IntentPreimage memory intent, uint256 executed) private {
        uint256 nonce = intent.nonce;
        uint256 amount = intent.kind == IntentHash.SELL ? intent.sellAmount : intent.buyAmount;
        uint256 bit = 1 << (nonce & 0xff);
        NonceWord storage word = _nonces[owner][nonce >> 8];
        uint256 bits = word.bits;
        require(bits & bit == 0, NonceSpent(i, owner, nonce));
        require(executed != 0, ZeroFill(i));

        if (intent.partiallyFillable) {
            uint256 pair = _filledAmounts[owner][nonce >> 1];
            uint256 shift = _halfShift(nonce);
            uint256 filled = uint128(pair >> shift);
            // Another intent with this nonce may have filled more than this one's amount.
            uint256 remaining = filled < amount ? amount - filled : 0;
            require(executed <= remaining, Overfilled(i, executed, remaining));
            if (executed < remaining) {
                // filled + executed < amount, which fits 128 bits, so the sum stays within its half.
                _filledAmounts[owner][nonce >> 1] = pair + (executed << shift);
                return;
            }
        } else {
            require(executed == amount, NotPartiallyFillable(i, executed, amount));
        }
        word.bits = bits | bit;
    }

    /* PHASE 3: TOKENS */

    /// @dev R3: each pair moves the smaller of what the seller still owes and the buyer still has to get, in one step
    /// from the one to the other.
    function _transferDirectly(Leg[] memory legs, bytes calldata transfers) private {
        uint256 length = transfers.length;
        require(length % 4 == 0, TransfersTruncated(length));
        for (uint256 offset = 0; offset < length; offset += 4) {
            uint256 pair = uint32(bytes4(transfers[offset:]));
            uint256 from = pair >> 16;
            uint256 to = pair & 0xffff;
            require(from < legs.length, TransferFillOutOfRange(offset / 4, from));
            require(to < legs.length, TransferFillOutOfRange(offset / 4, to));
            Leg memory seller = legs[from];
            Leg memory buyer = legs[to];
            require(seller.sellToken == buyer.buyToken, TransferTokenMismatch(offset / 4, from, to));

            uint256 owed = seller.owed;
            uint256 due = buyer.due;
            uint256 amount = owed < due ? owed : due;
            unchecked {
                // The amount is the smaller of the two.
                seller.owed = owed - amount;
                buyer.due = due - amount;
            }
            _transfer(from, seller.sellToken, seller.owner, buyer.receiver, amount);
        }
    }

    /// @return isPaid Whether every buyer has got everything, so that the keeper has nothing to bring.
    function _collectForKeeper(Leg[] memory legs) private returns (bool isPaid) {
        uint256 due = 0;
        for (uint256 i = 0; i < legs.length; ++i) {
            Leg memory leg = legs[i];
            due |= leg.due;
            if (leg.owed != 0) _transfer(i, leg.sellToken, leg.owner, msg.sender, leg.owed);
        }
        isPaid = due == 0;
    }

    function _payFromKeeper(Leg[] memory legs) private {
        for (uint256 i = 0; i < legs.length; ++i) {
            Leg memory leg = legs[i];
            _transfer(i, leg.buyToken, msg.sender, leg.receiver, leg.due);
        }
    }

    function _transfer(uint256 i, address token, address from, address to, uint256 amount) private {
        if (amount == 0) return;
        require(
            IERC20(token).trySafeTransferFrom(from, to, amount),
            TransferFailed(i, token, from, to, amount)
        );
    }

    /* PHASE 4: OUTCOMES */

    /// @dev A static call, so a condition can look but not act. Anything but a plain `true` refuses: a revert, an account
    /// without code, an answer that is too short.
    function _checkOutcomes(Condition[] memory conditions, bytes calldata fills) private view {
        for (uint256 i = 0; i < conditions.length; ++i) {
            Condition memory condition = conditions[i];
            bytes calldata data = fills[condition.dataAt:condition.dataAt + condition.dataLength];
            (bool success, bytes memory answer) = condition.at.staticcall(
                abi.encodeCall(
                    IOutcome.holds,
                    (condition.intentHash, condition.owner, condition.sold, condition.bought, data)
                )
            );
            require(
                success && answer.length >= 32 && abi.decode(answer, (uint256)) == 1,
                OutcomeNotMet(condition.fill, condition.at)
            );
        }
    }

    /* NONCES */

    function _cancel(uint256 word, uint256 mask) private {
        _nonces[msg.sender][word].bits |= mask;
        emit Cancel(msg.sender, word, mask);
    }

    /// @dev Where in its word the filled amount of a nonce lies.
    function _halfShift(uint256 nonce) private pure returns (uint256) {
        return (nonce & 1) << 7;
    }
}
