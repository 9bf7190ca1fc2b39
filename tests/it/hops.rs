//! C1, C2, C3: a swap is all that anybody but the account and its lender has a say in, and a token on its way is all that
//! an attacker can put into one. Whatever it calls from there, it calls as itself.

use crate::{
    cross_pools::{through, with_hostile_token},
    pairs::SHORT_ETH,
    pools::PROGRAM,
    script::{Step, Then, script},
    stage::{ALICE, ATTACKER, BYSTANDER, Stage},
};
use alloy_primitives::{Address, B256, Bytes, U160, U256, aliases::U48};
use alloy_sol_types::{SolCall, sol};
use debt_manager::abi::{
    IDebtManager::FlashSource,
    IERC20::transferFromCall,
    IERC20Permit::permitCall,
    IExactlyMarket::{borrowAtMaturityCall, borrowCall, redeemCall, withdrawCall},
};
use devnet::{FrameKind, Tx};
use protocols::{Asset, permit2::PERMIT2};

sol! {
    /// The other half of Permit2: allowances that it keeps.
    interface IAllowances {
        struct Details { address token; uint160 amount; uint48 expiration; uint48 nonce; }
        struct Single { Details details; address spender; uint256 sigDeadline; }
        function transferFrom(address from, address to, uint160 amount, address token) external;
        function permit(address owner, Single single, bytes signature) external;
    }
}

/// Gas for all the calls: a static one that would change something takes all that it is given.
const GAS: u64 = 1_000_000_000;
/// Whom to rob: who has approved everything, and whose operation it is.
const VICTIMS: [Address; 2] = [BYSTANDER, ALICE];

/// All calls fail, whenever the token is moved on the way, and the operation ends as it would without them.
fn all_fail(calls: impl Fn(&Stage, Address) -> Vec<Step>) {
    let (stage, token) = with_hostile_token();
    let steps = calls(&stage, token);
    let program = stage.chain.state().code(PROGRAM);
    for source in [FlashSource::UniswapV3, FlashSource::BalancerV2] {
        let order = through(&stage, token).flashing(source);
        let tx = stage.dm.send(ALICE, order).gas(GAS);
        let (mut plain, mut hostile) = (stage.clone(), stage.clone());
        plain.succeeds(tx.clone());
        hostile.chain.set_code(token, script(&steps, Then::As(PROGRAM)));
        let (_, trace) = hostile.chain.clone().send_traced(tx.clone()).unwrap();
        hostile.succeeds(tx);
        hostile.chain.set_code(token, program.clone());
        let calls = trace.frames().into_iter().filter(|frame| frame.kind != FrameKind::DelegateCall);
        let tried: Vec<_> = calls.filter(|frame| frame.from == token).collect();
        assert!(tried.len() >= 2 * steps.len(), "it had no control");
        for call in tried {
            assert!(!call.success, "{} of {}", call.input, call.to);
        }
        for who in VICTIMS {
            assert_eq!(hostile.belongings(who), plain.belongings(who));
        }
        let [got, would] = [&hostile, &plain].map(|stage| SHORT_ETH.position(stage, &stage.chain));
        assert_eq!(got, would, "the operation went another way");
    }
}

#[test]
fn c1_a_swap_moves_nobodys_tokens() {
    all_fail(|stage, to| {
        let of = |from: Address, asset| {
            let token = stage.of(asset).token.address;
            let stored = IAllowances::transferFromCall { from, to, amount: U160::ONE, token };
            let takes = transferFromCall { from, to, value: U256::ONE };
            [Step::may(token, takes.abi_encode()), Step::may(PERMIT2, stored.abi_encode())]
        };
        VICTIMS.into_iter().flat_map(|from| Asset::ALL.into_iter().flat_map(move |asset| of(from, asset))).collect()
    });
}

#[test]
fn c2_a_swap_borrows_and_withdraws_for_nobody() {
    all_fail(|stage, receiver| {
        let one = U256::from(1_000_000);
        let maturity = stage.maturity(1);
        let of = |account: Address, asset| {
            let calls: [Vec<u8>; 5] = [
                withdrawCall { assets: one, receiver, owner: account }.abi_encode(),
                redeemCall { shares: one, receiver, owner: account }.abi_encode(),
                borrowCall { assets: one, receiver, borrower: account }.abi_encode(),
                borrowAtMaturityCall { maturity, assets: one, maxAssets: U256::MAX, receiver, borrower: account }
                    .abi_encode(),
                transferFromCall { from: account, to: receiver, value: one }.abi_encode(),
            ];
            let market = stage.of(asset).address;
            calls.map(|data| Step::may(market, data))
        };
        VICTIMS
            .into_iter()
            .flat_map(|account| Asset::ALL.into_iter().flat_map(move |asset| of(account, asset)))
            .collect()
    });
}

/// A permit in somebody's name, with a signature of nobody's.
fn permits(owner: Address, spender: Address, token: Address) -> Vec<Step> {
    let (value, deadline) = (U256::MAX, U256::MAX);
    let signed =
        |v| permitCall { owner, spender, value, deadline, v, r: B256::repeat_byte(1), s: B256::repeat_byte(1) };
    let details = IAllowances::Details { token, amount: U160::MAX, expiration: U48::MAX, nonce: U48::ZERO };
    let single = IAllowances::Single { details, spender, sigDeadline: deadline };
    let stored = |signature: Bytes| IAllowances::permitCall { owner, single: single.clone(), signature }.abi_encode();
    vec![
        Step::may(token, signed(27).abi_encode()),
        Step::may(token, signed(0).abi_encode()),
        Step::may(PERMIT2, stored(Bytes::new())),
        Step::may(PERMIT2, stored(vec![1; 65].into())),
    ]
}

#[test]
fn c3_a_swap_gives_nobodys_authority_away() {
    all_fail(|stage, spender| {
        let owners = [stage.dm.address, BYSTANDER, ALICE];
        let tokens: Vec<Address> =
            Asset::ALL.into_iter().flat_map(|asset| [stage.of(asset).address, stage.of(asset).token.address]).collect();
        // Some of the world's tokens know no permits: they answer everything, and do nothing.
        let knows = |token: &Address| stage.chain.call(unknown(*token)).is_ok_and(|result| !result.success);
        let tokens: Vec<Address> = tokens.into_iter().filter(knows).collect();
        assert!(tokens.len() >= 4);
        owners.iter().flat_map(|owner| tokens.iter().flat_map(|token| permits(*owner, spender, *token))).collect()
    });
}

/// A call that no token knows.
fn unknown(token: Address) -> Tx {
    Tx::call(ATTACKER, token, [0xde, 0xad, 0xbe, 0xef])
}
