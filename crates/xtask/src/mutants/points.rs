//! What can be wrong in a source file: each place where something else could stand, found in its syntax. All of them are
//! put into one copy of the file, each behind a question that names it.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{
    Attribute, BinOp, Block, Expr, ExprBinary, ExprUnary, File, ImplItemFn, Item, ItemFn, LocalInit, ReturnType,
    Signature, Stmt, UnOp, parse_quote,
    spanned::Spanned as _,
    visit::{self, Visit},
    visit_mut::{self, VisitMut},
};

/// Something else that could stand somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mutant {
    /// By which the copy knows it; from one on.
    pub(super) number: u32,
    /// From the root of the checkout.
    pub(super) file: String,
    /// Where it begins.
    pub(super) line: usize,
    /// The function that it is in.
    pub(super) function: String,
    /// What it does instead.
    pub(super) change: String,
}

/// Puts all mutants of a file into it, numbered from `first`, and returns them with the text that has them.
pub(super) fn of(path: &str, text: &str, first: u32) -> syn::Result<(Vec<Mutant>, String)> {
    let mut file: File = syn::parse_str(text)?;
    let mut points = Points { path, next: first, functions: Vec::new(), has_to_end: false, found: Vec::new() };
    points.visit_file_mut(&mut file);
    // The comments on the file, which are attributes of it, must come first.
    Ok((points.found, file.into_token_stream().to_string()))
}

struct Points<'a> {
    path: &'a str,
    next: u32,
    functions: Vec<String>,
    /// Whether this is what `let` does otherwise: no statement can be left out where none goes on.
    has_to_end: bool,
    found: Vec<Mutant>,
}

impl Points<'_> {
    /// Notes a mutant and returns the question whether it is the one.
    fn note(&mut self, line: usize, change: String) -> Expr {
        let number = self.next;
        self.next += 1;
        let function = self.functions.join("::");
        self.found.push(Mutant { number, file: self.path.to_owned(), line, function, change });
        parse_quote!(crate::mutant::is(#number))
    }

    /// The same expression, or one of some others in its place.
    fn instead(&mut self, whole: &mut Expr, line: usize, others: Vec<(Expr, String)>) {
        for (other, change) in others {
            let is = self.note(line, change);
            let before = whole.clone();
            *whole = parse_quote!((if #is { #other } else { #before }));
        }
    }

    /// What is in a condition; and the condition itself as one that is always met, or never.
    fn condition(&mut self, condition: &mut Expr) {
        let (line, text) = (condition.span().start().line, plain(&condition.to_token_stream()));
        // Comparisons and negations are changed where they stand, and what is decided while compiling is not.
        let is_decided = matches!(condition, Expr::Macro(call) if call.mac.path.is_ident("cfg"));
        let is_changed = matches!(condition, Expr::Binary(_) | Expr::Unary(_)) || has_pattern(condition) || is_decided;
        self.visit_expr_mut(condition);
        if !is_changed {
            let always = self.note(line, format!("{text} is true"));
            let never = self.note(line, format!("{text} is false"));
            *condition = parse_quote!((#always || (!#never && #condition)));
        }
    }

    fn function(&mut self, attributes: &[Attribute], signature: &Signature, block: &mut Block) {
        // What is calculated while compiling cannot ask anything, and tests are not in the program.
        if signature.constness.is_some() || is_for_tests(attributes) {
            return;
        }
        self.functions.push(signature.ident.to_string());
        self.visit_block_mut(block);
        let line = signature.ident.span().start().line;
        for (other, text) in returned(&signature.output) {
            let is = self.note(line, format!("returns {text} at once"));
            block.stmts.insert(0, parse_quote!(if #is { return #other; }));
        }
        self.functions.pop();
    }
}

impl VisitMut for Points<'_> {
    fn visit_item_mut(&mut self, item: &mut Item) {
        match item {
            Item::Fn(ItemFn { attrs, sig, block, .. }) => self.function(attrs, sig, block),
            Item::Mod(module) if !is_for_tests(&module.attrs) => visit_mut::visit_item_mod_mut(self, module),
            Item::Impl(item) => {
                self.functions.push(plain(&item.self_ty.to_token_stream()));
                visit_mut::visit_item_impl_mut(self, item);
                self.functions.pop();
            }
            _ => {}
        }
    }

    fn visit_impl_item_fn_mut(&mut self, method: &mut ImplItemFn) {
        let ImplItemFn { attrs, sig, block, .. } = method;
        self.function(attrs, sig, block);
    }

    fn visit_local_init_mut(&mut self, init: &mut LocalInit) {
        self.visit_expr_mut(&mut init.expr);
        if let Some((_, otherwise)) = &mut init.diverge {
            self.has_to_end = true;
            self.visit_expr_mut(otherwise);
            self.has_to_end = false;
        }
    }

    fn visit_stmt_mut(&mut self, statement: &mut Stmt) {
        let line = statement.span().start().line;
        let text = plain(&statement.to_token_stream());
        visit_mut::visit_stmt_mut(self, statement);
        if !self.has_to_end && matches!(statement, Stmt::Expr(Expr::Call(_) | Expr::MethodCall(_), Some(_))) {
            let is = self.note(line, format!("leaves out {text}"));
            *statement = parse_quote!(if !#is { #statement });
        }
    }

    fn visit_expr_mut(&mut self, whole: &mut Expr) {
        let original = whole.clone();
        match whole {
            // Lengths of arrays and constants stay as they are.
            Expr::Repeat(_) | Expr::Const(_) | Expr::Macro(_) => return,
            Expr::If(branch) => {
                self.condition(&mut branch.cond);
                self.visit_block_mut(&mut branch.then_branch);
                if let Some((_, other)) = &mut branch.else_branch {
                    self.visit_expr_mut(other);
                }
                return;
            }
            Expr::Match(choice) => {
                self.visit_expr_mut(&mut choice.expr);
                for arm in &mut choice.arms {
                    if let Some((_, guard)) = &mut arm.guard {
                        self.condition(guard);
                    }
                    self.visit_expr_mut(&mut arm.body);
                }
                return;
            }
            _ => visit_mut::visit_expr_mut(self, whole),
        }
        let line = original.span().start().line;
        let others = match &original {
            Expr::Binary(binary) if !has_pattern(&original) => of_binary(binary),
            Expr::Unary(ExprUnary { op: UnOp::Not(_), expr, .. }) if !has_pattern(&original) => {
                let inner = expr.as_ref().clone();
                let change = format!("{} is not negated", plain(&inner.to_token_stream()));
                vec![(inner, change)]
            }
            _ => return,
        };
        self.instead(whole, line, others);
    }
}

/// Whether attributes say that something is there for tests only.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let text = attribute.to_token_stream().to_string();
        text.contains("test") || text.contains("not (target_arch")
    })
}

/// Whether there is a pattern among conditions: it cannot stand anywhere else.
fn has_pattern(expression: &Expr) -> bool {
    struct Patterns(bool);
    impl Visit<'_> for Patterns {
        fn visit_expr_let(&mut self, _: &syn::ExprLet) {
            self.0 = true;
        }
        fn visit_block(&mut self, _: &Block) {}
    }
    let mut patterns = Patterns(false);
    visit::visit_expr(&mut patterns, expression);
    patterns.0
}

/// What else an operator could be.
fn of_binary(binary: &ExprBinary) -> Vec<(Expr, String)> {
    let others: &[BinOp] = match binary.op {
        BinOp::Lt(_) => &[parse_quote!(<=), parse_quote!(>)],
        BinOp::Le(_) => &[parse_quote!(<), parse_quote!(>)],
        BinOp::Gt(_) => &[parse_quote!(>=), parse_quote!(<)],
        BinOp::Ge(_) => &[parse_quote!(>), parse_quote!(<)],
        BinOp::Eq(_) => &[parse_quote!(!=)],
        BinOp::Ne(_) => &[parse_quote!(==)],
        BinOp::And(_) => &[parse_quote!(||)],
        BinOp::Or(_) => &[parse_quote!(&&)],
        BinOp::Add(_) => &[parse_quote!(-)],
        BinOp::Sub(_) | BinOp::Mul(_) => &[parse_quote!(+)],
        BinOp::Div(_) | BinOp::Rem(_) => &[parse_quote!(*)],
        BinOp::BitAnd(_) | BinOp::BitXor(_) => &[parse_quote!(|)],
        BinOp::BitOr(_) => &[parse_quote!(&)],
        BinOp::Shl(_) => &[parse_quote!(>>)],
        BinOp::Shr(_) => &[parse_quote!(<<)],
        BinOp::AddAssign(_) => &[parse_quote!(-=)],
        BinOp::SubAssign(_) => &[parse_quote!(+=)],
        BinOp::BitOrAssign(_) => &[parse_quote!(&=)],
        BinOp::BitAndAssign(_) => &[parse_quote!(|=)],
        _ => &[],
    };
    let mutated = |op: &BinOp| {
        let expression = Expr::Binary(ExprBinary { op: *op, ..binary.clone() });
        let before = plain(&binary.to_token_stream());
        (
            expression,
            format!("{before} with {} for {}", plain(&op.to_token_stream()), plain(&binary.op.to_token_stream())),
        )
    };
    others.iter().map(mutated).collect()
}

/// What a function could return without doing anything, by its type.
fn returned(output: &ReturnType) -> Vec<(Expr, &'static str)> {
    let ReturnType::Type(_, output) = output else { return vec![(parse_quote!(()), "nothing")] };
    let text = output.to_token_stream().to_string().replace(' ', "");
    match text.as_str() {
        "bool" => vec![(parse_quote!(true), "true"), (parse_quote!(false), "false")],
        "Word" => vec![(parse_quote!([0; 32]), "zero"), (parse_quote!([1; 32]), "ones")],
        "U256" => vec![(parse_quote!(U256::ZERO), "zero")],
        "Result<U256,Unattainable>" | "core::result::Result<U256,Overflow>" => {
            vec![(parse_quote!(Ok(U256::ZERO)), "zero")]
        }
        "Result<(),Refused>" => vec![(parse_quote!(Ok(())), "success")],
        _ if text.starts_with("Option<") => vec![(parse_quote!(None), "none")],
        _ => vec![],
    }
}

/// Code on one line.
fn plain(tokens: &TokenStream) -> String {
    let mut text = tokens.to_string();
    for (spaced, tight) in [
        (" . ", "."),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (" :: ", "::"),
        (" ,", ","),
        ("& ", "&"),
        (" ;", ";"),
        ("! ", "!"),
        (" [", "["),
        ("[ ", "["),
        (" ]", "]"),
    ] {
        text = text.replace(spaced, tight);
    }
    text
}

/// The module by which the copy asks which mutant it is. A number stands there that is found, and exchanged, in the
/// finished program.
pub(super) fn switch(marker: u32) -> String {
    let is = quote! {
        mod mutant {
            #[inline(never)]
            pub(crate) fn is(number: u32) -> bool {
                core::hint::black_box(#marker) == number
            }
        }
    };
    is.to_string()
}

#[cfg(test)]
mod tests {
    use super::of;

    fn changes(text: &str) -> Vec<String> {
        let (found, mutated) = of("a.rs", text, 1).expect("it parses");
        syn::parse_str::<syn::File>(&mutated).expect("what comes out parses too");
        found.into_iter().map(|mutant| mutant.change).collect()
    }

    #[test]
    fn operators_conditions_statements_and_results_are_changed() {
        assert_eq!(changes("fn f(a: u8) -> u8 { a + 1 }"), ["a + 1 with - for +"]);
        assert_eq!(changes("fn f(a: u8) -> bool { a < 1 }").len(), 4);
        assert_eq!(changes("fn f(a: &A) { a.run(1); }"), ["leaves out a.run(1);", "returns nothing at once"]);
        let conditions = changes("fn f() -> u8 { if g() { 1 } else { 2 } }");
        assert_eq!(conditions, ["g() is true", "g() is false"]);
    }

    #[test]
    fn constants_tests_and_patterns_stay_as_they_are() {
        for text in [
            "const A: u8 = 1 + 2;",
            "const fn f() -> u8 { 1 + 2 }",
            "#[cfg(test)] mod tests { fn f() -> u8 { 1 + 2 } }",
            "fn f(a: A) -> u8 { if let Some(b) = a && b { 1 } else { 2 } }",
            "fn f() -> A { [0; 1 + 2] }",
            "fn f() -> u8 { if cfg!(test) { 1 } else { 2 } }",
            "fn f(a: A) -> u8 { let Some(b) = a else { g(); }; b }",
        ] {
            assert_eq!(changes(text), Vec::<String>::new(), "{text}");
        }
    }
}
