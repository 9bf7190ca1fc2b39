//! The contract as it would be deployed, on the protocols' own code. Every call goes through [`stage::Stage`], which
//! checks the invariants of `INVARIANTS.md` by itself.

mod alone;
mod alone_outcomes;
mod alone_sizes;
mod alone_sources;
mod answers;
mod attacks;
mod authority;
mod blocked;
mod bounds;
#[path = "../properties/cases.rs"]
mod cases;
mod closing;
mod cross;
mod cross_attacks;
mod cross_edges;
mod cross_migrate;
mod cross_pools;
mod debts;
mod deleverage;
mod extremes;
mod fixed;
mod fixed_permits;
mod gas_grid;
mod integrator;
mod interface;
mod lenders;
mod leverage;
mod liars;
mod loops;
mod malformed;
mod manners;
mod odd_markets;
mod odd_tokens;
mod pairs;
mod permit2;
mod permits;
mod pools;
mod random;
mod reentry;
#[path = "../properties/reference.rs"]
mod reference;
mod repertoire;
mod roll_rows;
mod rolls;
mod script;
mod signatory;
mod signed;
mod slippage;
mod stage;
mod strays;
mod surface;
mod tampering;
mod upkeep;
mod wallet;
