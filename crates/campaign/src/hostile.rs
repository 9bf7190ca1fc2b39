//! What the attacker sends: calls that have to be refused, whatever is in them.

use crate::{coin::Coin, people::Person, rng::Rng, stage::Stage};
use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::{SolCall as _, SolValue as _, sol};
use debt_manager::abi::IDebtManager::{Signed, receiveFlashLoanCall, uniswapV3SwapCallbackCall};
use devnet::Tx;
use protocols::{
    exactly::WAD,
    manager::{self, Fee},
    signing,
};

sol! {
    function flashLoan(address recipient, address[] tokens, uint256[] amounts, bytes userData) external;
}

impl Stage {
    /// A call that has to be refused, and what it is: a callback that nobody awaits, a loan that somebody else took,
    /// something that is not there, ether, or somebody else's operation.
    pub(crate) fn intrusion(&self, choice: u64) -> (&'static str, Tx) {
        let mut rng = Rng::new(choice, 1);
        let (attacker, market) = (Person::Attacker.address(), self.market(Coin::Usdc));
        let usdc = market.token.address;
        let amount = U256::from(rng.below(1_000_000));
        let data = self.made_up(&mut rng, amount);
        match rng.below(7) {
            0 => {
                let (tokens, amounts, fees) = (vec![usdc], vec![amount], vec![U256::ZERO]);
                let call = receiveFlashLoanCall { tokens, amounts, feeAmounts: fees, userData: data.into() };
                let from = if rng.percent(50) { attacker } else { self.world.balancer.vault };
                ("a loan that nobody asked for", self.call(from, call.abi_encode()))
            }
            1 => {
                let (paid, got) = (I256::from_raw(amount), -I256::from_raw(amount));
                let call = uniswapV3SwapCallbackCall { amount0Delta: paid, amount1Delta: got, data: data.into() };
                let pools = self.world.uniswap.pools();
                let from = if rng.percent(50) { attacker } else { pools[rng.below(3) as usize].address };
                ("a swap that nobody asked for", self.call(from, call.abi_encode()))
            }
            2 => {
                let (recipient, tokens) = (self.dm.address, vec![usdc]);
                let call = flashLoanCall { recipient, tokens, amounts: vec![amount], userData: data.into() };
                ("somebody else's loan", Tx::call(attacker, self.world.balancer.vault, call.abi_encode()))
            }
            3 => ("noise", self.call(attacker, data)),
            4 => {
                let mut input = manager::leverage(market.address, amount, U256::from(WAD)).calldata();
                input[..4].copy_from_slice(&rng.draw().to_be_bytes()[..4]);
                ("an unknown function", self.call(attacker, input))
            }
            5 => {
                let order = manager::leverage(market.address, amount, U256::ZERO);
                ("ether", self.dm.send(attacker, order).value(U256::from(1 + rng.below(1_000))))
            }
            _ => {
                let victim = rng.pick(&[Person::Alice, Person::Wallet, Person::Bystander]).address();
                ("an operation that another signed", self.in_the_name_of(victim, amount))
            }
        }
    }

    /// Bytes that mean nothing, or words as a callback's data may have them.
    fn made_up(&self, rng: &mut Rng, units: U256) -> Vec<u8> {
        let noise: Vec<u8> = (0..rng.below(500)).map(|_| rng.draw() as u8).collect();
        if rng.percent(50) {
            return noise;
        }
        let (victim, market) = (rng.pick(&Person::ALL).address(), self.market(Coin::Usdc));
        if rng.percent(50) {
            return (rng.below(3), victim, units, market.token.address, noise).abi_encode();
        }
        // As the contract lays out what it would do with a loan: here, to supply it and to borrow as much.
        let side = (market.address, U256::ZERO, market.token.address);
        (U256::ZERO, victim, side, side, units, units, units, U256::ZERO).abi_encode()
    }

    /// The attacker closes somebody's position and has itself paid, with its own signature.
    fn in_the_name_of(&self, account: Address, units: U256) -> Tx {
        let market = self.market(Coin::Usdc);
        let (token, nonce, attacker) = (market.token.address, self.unused_nonce(), Person::Attacker);
        let order = manager::deleverage(market.address, U256::MAX, U256::from(WAD));
        let fee = Fee { token, units, recipient: attacker.address() };
        let (permit, witness) = self.dm.intent(&order, token, nonce, fee);
        let signature = signing::bytes(&permit.sign(&self.chain, attacker.key(), Some(&witness)));
        let Fee { token, units, recipient } = fee;
        let signed = Signed { account, nonce, feeToken: token, fee: units, feeRecipient: recipient, signature };
        self.dm.relay(attacker.address(), &order, signed)
    }
}
