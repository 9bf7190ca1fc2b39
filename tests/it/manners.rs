//! Tokens with bad manners: the world's code for tokens, behind code that changes the amounts that are asked of it.

use crate::{pools::PROGRAM, stage::Stage};
use alloy_primitives::{Address, Bytes, U256, hex};

/// In what a token differs from what its callers expect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// In nothing.
    Good,
    /// So many thousandths of what is sent do not arrive.
    Taxes(u16),
    /// So many thousandths are taken from the sender on top of what is sent.
    TaxesSenders(u16),
    /// So many units less than what is asked for are moved.
    Loses(u8),
    /// A unit of it is so many thousandths of a share, rounded down: shares are what is moved.
    Rebased(u16),
    /// Nothing at all is not moved, and not approved either.
    HatesZero,
    /// The largest number stands for so many units.
    MostIsAll(u128),
}

/// delegatecall(gas, program, 0, calldatasize, 0, 0), up to the program.
const DELEGATE: [u8; 5] = hex!("5f5f365f73");

/// Leaves on the stack, over the selector: where the amount is, and whether the call has one. `transfer` (and `approve`,
/// if it matters) have it in their second word, `transferFrom` in its third.
fn finds_amount(of_approve: bool) -> Vec<u8> {
    // selector == transfer (or approve), selector == transferFrom
    let mut code = hex!("5f3560e01c 8063a9059cbb14").to_vec();
    if of_approve {
        code.extend(hex!("8163095ea7b31417"));
    }
    code.extend(hex!("816323b872dd14"));
    // calldatacopy(0, 0, calldatasize); 36 + 32 * is transferFrom; either
    code.extend(hex!("365f5f37 80 60051b 602401 91 17"));
    code
}

/// Changes the number on the stack to so many thousandths of it.
fn share(numerator: u16, denominator: u16) -> Vec<u8> {
    [&hex!("61")[..], &numerator.to_be_bytes(), &hex!("02 61"), &denominator.to_be_bytes(), &hex!("9004")].concat()
}

impl Manner {
    /// Changes the amount on the stack. `at` is where this stands.
    fn changes(self, at: usize) -> Vec<u8> {
        match self {
            Self::Good | Self::TaxesSenders(_) => Vec::new(),
            Self::Taxes(thousandths) => share(1_000 - thousandths, 1_000),
            // amount - lost * (lost < amount)
            Self::Loses(lost) => [&hex!("80 60")[..], &[lost], &hex!("10 60"), &[lost], &hex!("02 9003")].concat(),
            Self::Rebased(thousandths) => share(1_000, thousandths),
            // amount || has none || revert(0, 0)
            Self::HatesZero => [&hex!("80 83 15 17 60")[..], &[at as u8 + 10], &hex!("57 5f5ffd 5b")].concat(),
            // amount + (amount == most) * (all + 1)
            Self::MostIsAll(all) => [&hex!("80 1915 6f")[..], &(all + 1).to_be_bytes(), &hex!("02 01")].concat(),
        }
    }

    /// Has the tax moved to nobody first, by a call of the same kind, if there is an amount. `at` is where this stands.
    fn burns(self, at: usize) -> Vec<u8> {
        let tax = match self {
            // amount - amount * rest / 1000
            Self::Taxes(thousandths) => {
                [&hex!("80 80")[..], &share(1_000 - thousandths, 1_000), &hex!("90 03")].concat()
            }
            Self::TaxesSenders(thousandths) => [&hex!("80")[..], &share(thousandths, 1_000)].concat(),
            _ => return Vec::new(),
        };
        // has one || goto `AFTER`; the tax in the amount's place, and nobody before it
        let start = [&tax[..], &hex!("82 15 60")].concat();
        let put = hex!("57 80 84 52 61dead 6020 85 03 52");
        let run = [&DELEGATE[..], PROGRAM.as_slice(), &hex!("5af4")].concat();
        let before_run = at + start.len() + 1 + put.len();
        // succeeded || revert(0, 0); calldatacopy(0, 0, calldatasize); `AFTER`: without the tax
        let succeeded = before_run + run.len() + 6;
        let end = [&hex!("60")[..], &[succeeded as u8], &hex!("57 5f5ffd 5b 365f5f37 5b 50")].concat();
        let after = before_run + run.len() + end.len() - 2;
        [&start[..], &[after as u8], &put, &run, &end].concat()
    }

    /// Changes the number in the first word of memory, if a balance was asked for.
    fn tells(self) -> Vec<u8> {
        let Self::Rebased(thousandths) = self else { return Vec::new() };
        let scaled = share(thousandths, 1_000);
        // balance + is a balance * (scaled - balance)
        [&hex!("5f51 80")[..], &scaled, &hex!("81 90 03 5f3560e01c6370a0823114 02 01 5f52")].concat()
    }

    /// The token's code, of which [`PROGRAM`] is the rest.
    fn code(self) -> Bytes {
        let mut code = finds_amount(self == Self::HatesZero);
        // amount
        code.extend(hex!("81 51"));
        let burns = self.burns(code.len());
        code.extend(burns);
        code.extend(hex!("80"));
        let changes = self.changes(code.len());
        code.extend(changes);
        // amount + has one * (changed - amount), back to where it was
        code.extend(hex!("81 90 03 82 02 01 82 52"));
        // delegatecall(gas, program, 0, calldatasize, 0, 0); returndatacopy(0, 0, returndatasize)
        code.extend([&DELEGATE[..], PROGRAM.as_slice(), &hex!("5af4 3d5f5f3e")].concat());
        code.extend(self.tells());
        // and it ends as the call did
        code.extend([&hex!("60")[..], &[code.len() as u8 + 6], &hex!("57 3d5ffd 5b 3d5ff3")].concat());
        code.into()
    }
}

impl Stage {
    /// From now on a token that works has these manners. There is one such token at a time.
    pub(crate) fn corrupt(&mut self, token: Address, manner: Manner) {
        if self.chain.state().code(PROGRAM).is_empty() {
            let program = self.chain.state().code(token);
            self.chain.set_code(PROGRAM, program);
        }
        self.chain.set_code(token, manner.code());
    }
}

/// What the sender of an amount pays, and what arrives of it.
pub(crate) fn moved(manner: Manner, units: U256) -> [U256; 2] {
    let share = |thousandths: u16| units * U256::from(thousandths) / U256::from(1_000);
    match manner {
        Manner::Taxes(thousandths) => [units, share(1_000 - thousandths)],
        Manner::TaxesSenders(thousandths) => [units + share(thousandths), units],
        Manner::Loses(lost) if units > U256::from(lost) => [units - U256::from(lost); 2],
        Manner::MostIsAll(all) if units == U256::MAX => [U256::from(all); 2],
        Manner::Rebased(thousandths) => {
            let shares = units * U256::from(1_000) / U256::from(thousandths);
            [shares * U256::from(thousandths) / U256::from(1_000); 2]
        }
        _ => [units; 2],
    }
}
