//! What the verbs have in common: how an operation begins and how it ends.

use crate::{
    bounds::Bounds,
    calldata::Calldata,
    deleverage::{self, PaidOut},
    door::{Door, Extras, Verb},
    event,
    exchange::Draft,
    flash::Source,
    flight::Lock,
    holding::{Holding, Measure, Name},
    host,
    lender::{Lender, Listing, Rate},
    leverage, sizing,
    till::Tills,
    token::Token,
    word::{self, Address, Word, ZERO},
};

/// An operation under way, in the outermost frame.
pub(crate) struct Operation<'a> {
    lock: Lock,
    source: Source,
    bounds: Bounds<'a>,
    extras: Extras<'a>,
    /// Whose position it is.
    pub(crate) account: Address<'a>,
}

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
    let (holding, account) = (Holding::find(&name, &[]), operation.account);
    let deposit_assets = if verb == Verb::Leverage { wallet_assets } else { &ZERO };
    let (tills, is_brought) = operation.admit(verb, &[&holding], holding.collateral.asset(), deposit_assets);

    // Everything in one asset goes to the wallet but what the source takes: what it was worth need not be asked.
    let closes = verb == Verb::Deleverage && word::is_max(wallet_assets);
    let loses_the_fee = closes && matches!(holding.collateral_rate, Rate::Par);
    let position = if loses_the_fee { holding.measure_sides(account, false, true) } else { holding.measure(account) };
    let mut before = holding.worth(&position, true, true);
    before.add_assets(&holding.collateral_rate.convert_down(deposit_assets));
    let (mut growth, mut paid_out) = (None, PaidOut { fee: ZERO, wallet: ZERO });
    match verb {
        Verb::Leverage => {
            growth = leverage::carry_out(&operation, &holding, &position, size, (wallet_assets, is_brought))
        }
        _ => paid_out = deleverage::carry_out(&operation, &holding, &position, size, wallet_assets),
    }
    let swept = operation.settle(&tills);
    let after = match &growth {
        Some(growth) => holding.measure_grown(account, position, growth),
        None if closes => holding.measure_closed(account),
        None => holding.measure(account),
    };
    let mut loss = paid_out.fee;
    if !loses_the_fee {
        let mut worth = holding.worth(&after, true, true);
        worth.add_assets(&swept);
        worth.add_assets(&holding.collateral_rate.convert_down(&paid_out.wallet));
        loss = worth.loss_since(&before);
    }
    operation.end(verb, &name, holding.lender, after, &loss)
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

    /// Lets the account in, with its deposit if that is signed for, and submits its approvals. Returns what is counted, and
    /// whether nothing is left to bring.
    ///
    /// Without a swap, what comes here and what goes adds up; and what a relayer is paid could have been sent here.
    #[inline(never)]
    pub(crate) fn admit<'h>(
        &self,
        verb: Verb,
        holdings: &[&'h Holding<'h>],
        asset: Token<'_>,
        deposit_assets: &Word,
    ) -> (Tills<'h>, bool) {
        let mut tills = Tills::new();
        if self.extras.swaps_or_pays() {
            for holding in holdings {
                tills.open(holding.collateral.asset(), &holding.collateral_rate);
                tills.open(holding.owed.asset(), &holding.debt_rate);
            }
        }
        let has_part = |token: Address<'_>| {
            let of = |listing: &Listing<'_>| token.is(listing.asset().0) || token.is(listing.market.address());
            holdings.iter().any(|holding| of(&holding.collateral) || of(&holding.owed))
        };
        let is_signed = self.extras.is_signed();
        let unsigned_assets = if is_signed { &ZERO } else { deposit_assets };
        let deposit = (asset, unsigned_assets);
        let is_brought = self.extras.authorizations.submit(self.account, host::this(), deposit, has_part);
        self.extras.admit(verb, self.bounds.deadline(), asset, deposit_assets);
        (tills, is_brought || is_signed)
    }

    /// Whether there are signed approvals.
    pub(crate) fn has_approvals(&self) -> bool {
        !self.extras.authorizations.are_none()
    }

    /// Carries out an exchange, by way of the first route or the second. If more of the market's shares is allowed than
    /// are expected to be taken, that is trimmed to what is taken. Returns what the source took, and whether one loan did.
    #[inline(never)]
    pub(crate) fn exchange(&self, mut draft: Draft, route: usize, expected_shares: &Word) -> (Word, bool) {
        let debt = draft.exchange().take_side().debt;
        // What a debt of fixed maturity uses up, only the borrow tells: what is left then is settled at the end.
        if debt.is_floating() && self.extras.authorizations.exceed(debt.market.address(), expected_shares) {
            draft.trim_allowance();
        }
        let fee_assets = self.source.advance(&self.lock.flight(), &mut draft, self.extras.routes[route & 1]);
        let exchange = draft.exchange();
        (fee_assets, word::same(exchange.lent_assets(), exchange.assets()))
    }

    /// Sends to the wallet what is here beyond what was here before, and leaves nothing of the approvals. Returns what
    /// the wallet got is worth.
    #[inline(never)]
    pub(crate) fn settle(&self, tills: &Tills<'_>) -> Word {
        let worth = tills.empty(self.account);
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
