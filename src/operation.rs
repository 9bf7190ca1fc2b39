//! What the verbs have in common: how an operation begins and how it ends.

use crate::{
    bounds::Bounds,
    calldata::Calldata,
    deleverage,
    door::{Door, Extras, Verb},
    error::revert,
    event,
    exchange::Draft,
    flash::Source,
    flight::Lock,
    holding::{Holding, Measure, Name},
    host,
    lender::{Lender, Rate},
    leverage,
    math::exact,
    sizing,
    token::Token,
    word::{self, Address, Word, ZERO},
};

/// Tokens that an operation handles, at most.
const TOKENS: usize = 4;

/// A token that an operation handles, and what this contract held of it before.
struct Till<'a> {
    token: Token<'a>,
    before: Word,
    rate: &'a Rate,
}

/// An operation under way, in the outermost frame.
pub(crate) struct Operation<'a> {
    lock: Lock,
    source: Source,
    bounds: Bounds<'a>,
    extras: Extras<'a>,
    /// Whose position it is.
    pub(crate) account: Address<'a>,
}

/// What an operation handles besides, and counts.
pub(crate) struct Tills<'a>([Option<Till<'a>>; TOKENS]);

/// How the size of an operation is stated.
#[derive(Clone, Copy)]
pub(crate) struct Size<'a> {
    /// Whether it is a ratio, 18 decimals; else it is an amount.
    pub(crate) is_ratio: bool,
    /// The ratio or the amount.
    pub(crate) value: &'a Word,
}

impl Size<'_> {
    /// As the arithmetic takes it.
    pub(crate) fn stated(self) -> sizing::Size {
        let value = word::uint(self.value);
        if self.is_ratio { sizing::Size::RatioWad(value) } else { sizing::Size::Assets(value) }
    }
}

/// What `leverage` and `deleverage` do, but for the exchange, which is their own.
pub(crate) fn adjust(mut calldata: Calldata<'_>, verb: Verb, door: Door) -> [Word; 2] {
    let lock = Lock::take();
    let name = Name::decode(&mut calldata);
    let size = Size { is_ratio: calldata.variant(2) == 0, value: calldata.word() };
    let wallet_assets = calldata.word();
    let operation = Operation::begin(lock, calldata, verb, door);
    let mut holding = Holding::find(&name);
    let deposit_assets = if verb == Verb::Leverage { wallet_assets } else { &ZERO };
    let (collateral, owed) = (holding.collateral, holding.owed);
    let (collateral_rate, debt_rate) = (holding.collateral_rate, holding.debt_rate);
    let mut tills = Tills::new();
    tills.open(collateral.asset(), &collateral_rate);
    tills.open(owed.asset(), &debt_rate);
    operation.admit(verb, &[&holding], collateral.asset(), deposit_assets);

    let position = holding.measure(operation.account);
    let mut before = holding.worth(&position, true, true);
    before.add_assets(&collateral_rate.convert_down(deposit_assets));
    match verb {
        Verb::Leverage => leverage::carry_out(&operation, &holding, &position, size, wallet_assets),
        _ => deleverage::carry_out(&operation, &holding, &position, size, wallet_assets),
    }
    let swept = operation.settle(&tills);
    let after = holding.measure(operation.account);
    let mut worth = holding.worth(&after, true, true);
    worth.add_assets(&swept);
    operation.end(verb, &name, holding.lender, after, &worth.loss_since(&before))
}

impl<'a> Tills<'a> {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self([const { None }; TOKENS])
    }

    /// Counts a token, unless it has been counted.
    #[inline(never)]
    pub(crate) fn open(&mut self, token: Token<'a>, rate: &'a Rate) {
        for till in &mut self.0 {
            match till {
                Some(open) if open.token.0.is(token.0) => return,
                Some(_) => {}
                None => {
                    *till = Some(Till { token, before: token.balance_of(host::this()), rate });
                    return;
                }
            }
        }
    }
}

impl<'a> Operation<'a> {
    /// Reads what all operations end with, for an account whose door has not been opened yet.
    #[inline(never)]
    pub(crate) fn begin(lock: Lock, mut calldata: Calldata<'a>, verb: Verb, door: Door) -> Self {
        let (source, bounds) = (Source::decode(&mut calldata), Bounds::decode(&mut calldata));
        let extras = Extras::decode(calldata, verb, door);
        let account = extras.account();
        Self { lock, source, bounds, extras, account }
    }

    /// Lets the account in with its deposit, and submits its approvals.
    #[inline(never)]
    pub(crate) fn admit(&self, verb: Verb, holdings: &[&Holding<'_>], asset: Token<'_>, deposit_assets: &Word) {
        self.extras.authorizations.submit(self.account, host::this(), |token| {
            holdings.iter().any(|holding| {
                [holding.collateral, holding.owed]
                    .iter()
                    .any(|listing| token.is(listing.asset().0) || token.is(listing.market.address()))
            })
        });
        self.extras.admit(verb, self.bounds.deadline(), asset, deposit_assets);
    }

    /// Carries out an exchange, by way of the first route or the second. Another one that takes from the same market may
    /// follow, and needs its part of the allowance.
    #[inline(never)]
    pub(crate) fn exchange(&self, mut draft: Draft, route: usize, follows: bool) {
        let debt = draft.exchange().take_side().debt;
        // What a debt of fixed maturity uses up, only the borrow tells: what is left then is settled at the end.
        if !follows && debt.is_floating() && self.extras.authorizations.uses_up(debt.market.address()) {
            draft.trim_allowance();
        }
        self.source.advance(&self.lock.flight(), &mut draft, self.extras.routes[route & 1]);
    }

    /// Sends to the wallet what is here beyond what was here before, and leaves nothing of the approvals. Returns what
    /// the wallet got is worth.
    #[inline(never)]
    pub(crate) fn settle(&self, tills: &Tills<'_>) -> Word {
        let mut worth = ZERO;
        for Till { token, before, rate } in tills.0.iter().flatten() {
            let balance = token.balance_of(host::this());
            if word::less(&balance, before) {
                revert!(ResidualBalance(&balance, before));
            }
            let spare = exact::sub(&balance, before);
            if !word::is_zero(&spare) {
                token.transfer(self.account, &spare);
                worth = exact::add(&worth, &rate.convert_down(&spare));
            }
        }
        self.extras.authorizations.settle(self.account, host::this());
        worth
    }

    /// Holds the outcome against the caller's bounds and says what was done.
    #[inline(never)]
    pub(crate) fn end(self, verb: Verb, name: &Name<'_>, lender: Lender, after: Measure, loss: &Word) -> [Word; 2] {
        self.bounds.check(&after, loss);
        self.bounds.check_health(lender, self.account);
        let outcome = [after.collateral, after.owed.assets];
        event::emit(verb, self.account, name, &outcome);
        self.lock.release();
        outcome
    }
}
