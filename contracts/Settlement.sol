// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {BatchCost, CostMeter} from "./CostMeter.sol";
import {IDataFee} from "./interfaces/IDataFee.sol";
import {IOutcome} from "./interfaces/IOutcome.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {ISettlementCallback} from "./interfaces/ISettlementCallback.sol";
import {DecodedFill, FillDecoder} from "./libraries/FillDecoder.sol";
import {FillMath} from "./libraries/FillMath.sol";
import {IntentHash} from "./libraries/IntentHash.sol";
import {Leg, Legs} from "./libraries/Legs.sol";
import {SignerRecovery} from "./libraries/SignerRecovery.sol";
// The linter does not look into assembly.
// solhint-disable-next-line no-unused-import
import {EXTRAS_AT, beginWorkingMemory} from "./libraries/WorkingMemory.sol";
import {Batch} from "./types/Batch.sol";
import {Intent} from "./types/Intent.sol";

/// @title Settlement
/// @author The Walras developers
/// @notice Settles signed intents at uniform clearing prices. See `ISettlement` for what it promises.
contract Settlement is ISettlement, CostMeter, EIP712, ReentrancyGuardTransient {
    using FillDecoder for bytes;
    using FillDecoder for DecodedFill;
    using Legs for Leg;
    using SafeERC20 for IERC20;

    /// @dev An outcome condition, to be asked when all tokens have moved.
    struct Condition {
        uint256 fill;
        address target;
        bytes32 intentHash;
        address owner;
        uint256 sold;
        uint256 bought;
        bytes data;
    }

    /// @dev What only batches have in which some fill has a condition, or a fee that is bound to the metered cost.
    struct Extras {
        Condition[] conditions;
        uint256 conditionCount;
        BatchCost cost;
        uint256 claimed;
    }

    /// @dev A word of a nonce bitmap; a struct, so that it can be pointed at and its place be computed once.
    struct NonceWord {
        uint256 bits;
    }

    /// @dev Of `Intent.feePerWei`.
    uint256 private constant FEE_RATE_SCALE = 1e18;

    /* STORAGE */

    mapping(address owner => mapping(uint256 word => NonceWord)) private _nonces;

    /// @inheritdoc ISettlement
    mapping(address owner => mapping(bytes32 intentHash => bool)) public isApproved;

    /// @dev Filled amounts of partially fillable intents. Nonces 2k and 2k+1 share word k, the even one in the low half,
    /// so that the first fill of every other nonce finds its word in use.
    mapping(address owner => mapping(uint256 pair => uint256 amounts)) private _filledAmounts;

    /* CONSTRUCTOR */

    /// @param tipCap The most of a gas price above the base fee that counts as cost, in wei per gas.
    /// @param dataFee Where the chain's data fee is read; 0 if it has none.
    constructor(uint256 tipCap, IDataFee dataFee) CostMeter(tipCap, dataFee) EIP712("Walras", "1") {}

    /* SETTLING */

    /// @inheritdoc ISettlement
    function settle(Batch calldata batch) external nonReentrant {
        uint256 gasAtStart = gasleft();
        _checkPrices(batch.tokens, batch.prices);

        bytes32 separator = _domainSeparatorV4();
        beginWorkingMemory();
        Extras memory extras;
        assembly ("memory-safe") {
            // It lies there; now the compiler knows it, too.
            if xor(extras, EXTRAS_AT) {
                invalid()
            }
            extras := EXTRAS_AT
        }
        uint256 count = _verifyFills(separator, batch.fills, batch.tokens, batch.prices, extras);

        _transferDirectly(count, batch.transfers);
        bool isPaid = _collectForKeeper(count);
        if (batch.callbackData.length > 0) {
            uint256 gasBefore = gasleft();
            ISettlementCallback(msg.sender).walrasCallback(batch.callbackData);
            unchecked {
                gasAtStart -= gasBefore - gasleft();
            }
        }
        if (!isPaid) _payFromKeeper(count);

        _checkOutcomes(extras);
        if (extras.claimed != 0) _checkClaims(extras, gasAtStart);

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

    /// @dev R2: the tokens ascend strictly, so each has one price, and a fill has no field for a price of its own. Reading
    /// an element checks that it is an address, or fits 128 bits; the decoder then reads it without.
    function _checkPrices(address[] calldata tokens, uint128[] calldata prices) private pure {
        uint256 length = tokens.length;
        if (length != prices.length) revert PricesLengthMismatch(length, prices.length);
        address last = address(0);
        for (uint256 i = 0; i < length; ++i) {
            address token = tokens[i];
            if (i != 0 && token <= last) revert TokensNotAscending(i);
            if (prices[i] == 0) revert ZeroPrice(i);
            last = token;
        }
    }

    /* PHASE 2: INTENTS */

    /// @dev All effects on storage happen here, before the first token moves. What is verified is kept in `Legs`.
    function _verifyFills(
        bytes32 separator,
        bytes calldata fills,
        address[] calldata tokens,
        uint128[] calldata prices,
        Extras memory extras
    ) private returns (uint256 count) {
        uint256 place;
        uint256 end;
        (count, place, end) = fills.open();
        // Overwritten by each fill, so that memory does not grow with what is only needed once.
        DecodedFill memory fill = FillDecoder.prepare(separator);
        Legs.allocate(count);

        for (uint256 i = 0; i < count; ++i) {
            place = FillDecoder.decode(place, end, i, tokens, prices, fill);
            if (block.timestamp > fill.validTo) revert Expired(i, fill.validTo);
            uint256 limitBuyAmount = fill.buyAmount;
            if (fill.flags & FillDecoder.OPTIONS != 0) limitBuyAmount = _checkOptions(i, fill);

            bytes32 intentHash = fill.digest();
            address owner = _verifySigner(i, place, intentHash, fill);
            (uint256 sold, uint256 bought) = _amounts(i, fill);
            if (!FillMath.meetsLimit(sold, bought, fill.sellAmount, limitBuyAmount)) {
                revert LimitNotMet(i, sold, bought, limitBuyAmount);
            }
            _recordFill(i, owner, fill);

            uint256 amounts = (sold << 128) | bought;
            Legs.get(i).write(owner, fill.receiver, fill.sellToken, fill.buyToken, amounts);
            if (fill.flags & (FillDecoder.CONDITION | FillDecoder.FEE) != 0) {
                if (fill.condition != 0) _addCondition(extras, count, i, fill, intentHash, owner, amounts);
                if (fill.fee != 0 && fill.feePerWei != 0) _claimFee(extras, count, i, fill, owner);
            }
            emit Fill(intentHash, owner, amounts);
        }
        if (place != end) revert TrailingFillBytes(end - place);
    }

    /// @dev What only a fill with options can fail.
    /// @return limitBuyAmount R1: what has to be bought for the whole `sellAmount`, now.
    function _checkOptions(uint256 i, DecodedFill memory fill) private view returns (uint256 limitBuyAmount) {
        uint256 settler = fill.settler;
        if (settler != 0 && settler != uint160(msg.sender)) revert WrongSettler(i, address(uint160(settler)));
        if (block.timestamp < fill.validFrom) revert NotYetValid(i, fill.validFrom);

        uint256 startBuyAmount = fill.startBuyAmount;
        limitBuyAmount = fill.buyAmount;
        if (startBuyAmount != 0 && block.timestamp < fill.decayEnd) {
            if (startBuyAmount < limitBuyAmount) revert InvalidDecay(i, startBuyAmount, limitBuyAmount);
            // validFrom <= block.timestamp < decayEnd
            limitBuyAmount = FillMath.decayedBuyAmount(
                startBuyAmount,
                limitBuyAmount,
                fill.validFrom,
                fill.decayEnd,
                block.timestamp
            );
        }
    }

    /// @dev Who signed the intent. An ECDSA signature names nobody: the owner is whoever it recovers to, and a wrong one
    /// recovers to an address that has given no allowance.
    function _verifySigner(
        uint256 i,
        uint256 next,
        bytes32 intentHash,
        DecodedFill memory fill
    ) private view returns (address owner) {
        if (fill.flags & FillDecoder.SCHEME <= FillDecoder.SCHEME_ECDSA) {
            (uint256 v, uint256 r, uint256 s) = fill.signature(next);
            owner = SignerRecovery.recover(intentHash, v, r, s);
            if (owner == address(0)) revert InvalidSignature(i);
        } else {
            owner = _verifyNamedSigner(i, next, intentHash, fill);
        }
    }

    /// @dev The same, for the schemes in which the fill says who signed.
    function _verifyNamedSigner(
        uint256 i,
        uint256 next,
        bytes32 intentHash,
        DecodedFill memory fill
    ) private view returns (address owner) {
        owner = address(uint160(fill.signatory));
        if (fill.flags & FillDecoder.SCHEME == FillDecoder.SCHEME_EIP1271) {
            bytes calldata signature = fill.longSignature(next);
            if (!SignatureChecker.isValidERC1271SignatureNowCalldata(owner, intentHash, signature)) {
                revert InvalidSignature(i);
            }
        } else {
            if (!isApproved[owner][intentHash]) revert NotApproved(i, owner, intentHash);
        }
    }

    /// @dev What is given and got at the clearing prices, both below 2^128:
    /// - sell: sold is exact; bought = floor((sold - fee) * sellPrice / buyPrice)
    /// - buy: bought is exact; sold = ceil(bought * buyPrice / sellPrice) + fee
    function _amounts(
        uint256 i,
        DecodedFill memory fill
    ) private pure returns (uint256 sold, uint256 bought) {
        unchecked {
            if (fill.flags & FillDecoder.BUY != 0) {
                bought = fill.executed;
                // soldFor is below 2^256 - 2^129 + 2 and the fee below 2^128, so the sum cannot overflow.
                sold = FillMath.soldFor(bought, fill.sellPrice, fill.buyPrice) + fill.fee;
                if (sold > type(uint128).max) revert AmountOverflow(i, sold);
                if (fill.fee != 0) _checkFee(i, fill, sold);
            } else {
                sold = fill.executed;
                uint256 net = sold;
                if (fill.fee != 0) {
                    if (fill.fee > sold) revert FeeTooHigh(i, fill.fee, sold);
                    _checkFee(i, fill, sold);
                    net -= fill.fee;
                }
                bought = FillMath.boughtFor(net, fill.sellPrice, fill.buyPrice);
                if (bought > type(uint128).max) revert AmountOverflow(i, bought);
            }
        }
    }

    /// @dev R6: the fee is within the signed cap, in proportion to what is sold.
    function _checkFee(uint256 i, DecodedFill memory fill, uint256 sold) private pure {
        if (!FillMath.withinFeeCap(fill.fee, fill.maxFee, sold, fill.sellAmount)) {
            revert FeeTooHigh(i, fill.fee, sold);
        }
    }

    /// @dev R6: the fee is within the fill's metered cost, at the signed rate.
    function _claimFee(
        Extras memory extras,
        uint256 count,
        uint256 i,
        DecodedFill memory fill,
        address owner
    ) private view {
        if (extras.claimed == 0) extras.cost = _batchCost(count);
        uint256 cost = _fillCost(extras.cost, _isFreshWord(owner, fill));
        uint256 claimed = Math.ceilDiv(fill.fee * FEE_RATE_SCALE, fill.feePerWei);
        if (claimed > cost) revert FeeAboveCost(i, fill.fee, claimed, cost);
        extras.claimed += claimed;
    }

    /// @dev R6: all metered fees together are within what the batch has really cost so far.
    function _checkClaims(Extras memory extras, uint256 gasAtStart) private {
        uint256 cost = _closeMeter(extras.cost, gasAtStart - gasleft());
        if (extras.claimed > cost) revert FeesAboveCost(extras.claimed, cost);
    }

    /// @dev Whether the fill, which has been recorded, was the first to write its word.
    function _isFreshWord(address owner, DecodedFill memory fill) private view returns (bool) {
        uint256 nonce = fill.nonce;
        uint256 bits = _nonces[owner][nonce >> 8].bits;
        uint256 bit = 1 << (nonce & 0xff);
        if (bits & bit != 0) return bits == bit;
        return _filledAmounts[owner][nonce >> 1] == fill.executed << _halfShift(nonce);
    }

    /// @dev R4: spends the nonce, or counts a part. A partial fill that completes the intent spends the nonce and leaves
    /// the counted amount as it is.
    function _recordFill(uint256 i, address owner, DecodedFill memory fill) private {
        unchecked {
            uint256 nonce = fill.nonce;
            uint256 bit = 1 << (nonce & 0xff);
            NonceWord storage word = _nonces[owner][nonce >> 8];
            uint256 bits = word.bits;
            if (bits & bit != 0) revert NonceSpent(i, owner, nonce);
            uint256 executed = fill.executed;
            if (executed == 0) revert ZeroFill(i);

            // Without either flag the whole amount is executed, and has to be.
            if (fill.flags & (FillDecoder.PARTIALLY_FILLABLE | FillDecoder.EXECUTED) == 0) {
                word.bits = bits | bit;
            } else if (_completes(i, owner, fill)) {
                word.bits = bits | bit;
            }
        }
    }

    /// @dev Whether the fill leaves nothing of its intent; if it does, it is counted.
    function _completes(uint256 i, address owner, DecodedFill memory fill) private returns (bool) {
        unchecked {
            uint256 executed = fill.executed;
            uint256 amount = fill.flags & FillDecoder.BUY == 0 ? fill.sellAmount : fill.buyAmount;
            if (fill.partiallyFillable == 0) {
                if (executed != amount) revert NotPartiallyFillable(i, executed, amount);
                return true;
            }
            uint256 nonce = fill.nonce;
            uint256 pair = _filledAmounts[owner][nonce >> 1];
            uint256 shift = _halfShift(nonce);
            uint256 filled = uint128(pair >> shift);
            // Another intent with this nonce may have filled more than this one's amount.
            uint256 remaining = filled < amount ? amount - filled : 0;
            if (executed > remaining) revert Overfilled(i, executed, remaining);
            if (executed == remaining) return true;
            // filled + executed < amount, which fits 128 bits, so the sum stays within its half.
            _filledAmounts[owner][nonce >> 1] = pair + (executed << shift);
            return false;
        }
    }

    /// @param count How many conditions there can be.
    function _addCondition(
        Extras memory extras,
        uint256 count,
        uint256 i,
        DecodedFill memory fill,
        bytes32 intentHash,
        address owner,
        uint256 amounts
    ) private pure {
        if (extras.conditionCount == 0) extras.conditions = new Condition[](count);
        extras.conditions[extras.conditionCount++] = Condition({
            fill: i,
            target: address(uint160(fill.condition)),
            intentHash: intentHash,
            owner: owner,
            sold: amounts >> 128,
            bought: uint128(amounts),
            data: fill.dataForCondition()
        });
    }

    /* PHASE 3: TOKENS */

    /// @dev R3: each pair moves the smaller of what the seller still owes and the buyer still has to get, in one step
    /// from the one to the other.
    function _transferDirectly(uint256 count, bytes calldata transfers) private {
        if (transfers.length % 4 != 0) revert TransfersTruncated(transfers.length);
        uint256 done = Legs.transferPairs(count, transfers);
        if (done != transfers.length / 4) _refuseTransfer(done, count, transfers);
    }

    /// @dev Says why `Legs.transferPairs` stopped at pair `index`.
    function _refuseTransfer(uint256 index, uint256 count, bytes calldata transfers) private pure {
        uint256 from = uint16(bytes2(transfers[4 * index:]));
        uint256 to = uint16(bytes2(transfers[4 * index + 2:]));
        if (from >= count) revert TransferFillOutOfRange(index, from);
        if (to >= count) revert TransferFillOutOfRange(index, to);
        Leg seller = Legs.get(from);
        Leg buyer = Legs.get(to);
        if (seller.sellToken() != buyer.buyToken()) revert TransferTokenMismatch(index, from, to);
        revert TransferFailed(from, seller.sellToken(), seller.owner(), buyer.receiver(), Legs.lastAmount());
    }

    /// @return isPaid Whether every buyer has got everything, so that the keeper has nothing to bring.
    function _collectForKeeper(uint256 count) private returns (bool isPaid) {
        isPaid = true;
        for (uint256 i = 0; i < count; ++i) {
            Leg leg = Legs.get(i);
            if (leg.amounts() == 0) continue;
            if (leg.due() != 0) isPaid = false;
            _transfer(i, leg.sellToken(), leg.owner(), msg.sender, leg.owed());
        }
    }

    function _payFromKeeper(uint256 count) private {
        for (uint256 i = 0; i < count; ++i) {
            Leg leg = Legs.get(i);
            _transfer(i, leg.buyToken(), msg.sender, leg.receiver(), leg.due());
        }
    }

    function _transfer(uint256 i, address token, address from, address to, uint256 amount) private {
        if (amount == 0) return;
        if (!IERC20(token).trySafeTransferFrom(from, to, amount)) {
            revert TransferFailed(i, token, from, to, amount);
        }
    }

    /* PHASE 4: OUTCOMES */

    /// @dev A static call, so a condition can look but not act. Anything but a plain `true` refuses: a revert, an account
    /// without code, an answer that is too short.
    function _checkOutcomes(Extras memory extras) private view {
        for (uint256 i = 0; i < extras.conditionCount; ++i) {
            Condition memory condition = extras.conditions[i];
            (bool success, bytes memory answer) = condition.target.staticcall(
                abi.encodeCall(
                    IOutcome.holds,
                    (condition.intentHash, condition.owner, condition.sold, condition.bought, condition.data)
                )
            );
            if (!success || answer.length < 32 || abi.decode(answer, (uint256)) != 1) {
                revert OutcomeNotMet(condition.fill, condition.target);
            }
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
