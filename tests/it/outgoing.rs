//! What the contract sends to others: the canonical encoding of a function that the interfaces have, to the byte.

use crate::{
    repertoire::{Scene, scenes},
    signatory::Signatory,
    stage::{Stage, times, usdc},
};
use alloy_primitives::Bytes;
use alloy_sol_types::SolInterface;
use debt_manager::abi::{
    IBalancerV2Vault::IBalancerV2VaultCalls,
    IDaiLikePermit::IDaiLikePermitCalls,
    IDebtManager::{Authorization, AuthorizationKind},
    IERC20::IERC20Calls,
    IERC20Permit::IERC20PermitCalls,
    IERC7598::IERC7598Calls,
    IExactlyAuditor::IExactlyAuditorCalls,
    IExactlyMarket::IExactlyMarketCalls,
    IPermit2::IPermit2Calls,
    IUniswapV3Pool::IUniswapV3PoolCalls,
};
use devnet::{FrameKind, Tx};
use protocols::manager;

/// Whether it is what an encoder makes of a call of this interface.
fn is_of<I: SolInterface>(data: &[u8]) -> bool {
    I::abi_decode_validate(data).is_ok_and(|call| call.abi_encode() == data)
}

/// The interfaces of all that the contract calls.
const INTERFACES: [fn(&[u8]) -> bool; 9] = [
    is_of::<IERC20Calls>,
    is_of::<IERC20PermitCalls>,
    is_of::<IERC7598Calls>,
    is_of::<IDaiLikePermitCalls>,
    is_of::<IPermit2Calls>,
    is_of::<IExactlyMarketCalls>,
    is_of::<IExactlyAuditorCalls>,
    is_of::<IBalancerV2VaultCalls>,
    is_of::<IUniswapV3PoolCalls>,
];

/// All that the contract sends in a transaction is canonical.
fn is_canonical(title: &str, stage: &Stage, tx: Tx) {
    let (receipt, trace) = stage.chain.clone().send_traced(tx).unwrap();
    assert!(receipt.success, "{title}: {}", receipt.output);
    let sent: Vec<&Bytes> = trace
        .frames()
        .into_iter()
        .filter(|frame| frame.from == stage.dm.address && frame.kind != FrameKind::DelegateCall)
        .map(|frame| &frame.input)
        .collect();
    assert!(sent.len() > 5, "{title}: {} calls", sent.len());
    for data in sent {
        assert!(INTERFACES.iter().any(|is_of| is_of(data)), "{title}: {data}");
    }
}

#[test]
fn what_is_sent_is_what_an_encoder_makes() {
    for Scene { title, stage, tx, .. } in scenes() {
        is_canonical(title, &stage, tx);
    }
}

#[test]
fn nothing_of_an_earlier_call_pads_a_later_one() {
    let mut stage = Stage::new();
    let carol = Signatory::with_key(&mut stage);
    let (asset, market) = (stage.market().token.address, stage.market().address);
    let good = carol.bytes_permit(&stage, asset, usdc(100));
    // It fails, and leaves no byte of where calls are laid out zero.
    let long = Authorization { signature: vec![0xff; 2_048].into(), ..good.clone() };
    assert!(matches!(long.kind, AuthorizationKind::Eip7598));
    let order = manager::leverage(market, usdc(100), times(3));
    let order = order.authorized(long).authorized(good).authorized(carol.permit(&stage, market, usdc(230)));
    is_canonical("permits", &stage, stage.dm.send(carol.account, order));
}
