//! The interfaces say everything: of each function, struct, field, enum, variant, error and event what it is, and of each
//! parameter and each returned value what it means.

use crate::tree::{assert_none, root};
use std::fs;

const INTERFACES: [&str; 2] = ["abi/IDebtManager.sol", "abi/IDebtPreview.sol"];

/// A declaration that ends a statement or opens a block, in one line, with the comment before it.
struct Declaration {
    comment: String,
    text: String,
}

impl Declaration {
    /// What kind it is: `function`, `struct`, or the type of a field.
    fn kind(&self) -> &str {
        self.text.split_whitespace().next().unwrap_or_default()
    }

    /// Whether the comment has a tag for a name, with something behind it.
    fn tells(&self, tag: &str, name: &str) -> bool {
        let mut words = self.comment.split_whitespace();
        while let Some(word) = words.next() {
            if word == tag && words.next() == Some(name) {
                return words.next().is_some_and(|word| !word.starts_with('@'));
            }
        }
        false
    }

    /// What is not said of it.
    fn untold(&self) -> Vec<String> {
        let (before, after) = self.text.split_once(" returns ").unwrap_or((&self.text, ""));
        let mut missing = Vec::new();
        let mut require = |tag: &str, list: Vec<&str>| {
            let untold = list.into_iter().filter(|name| !self.tells(tag, name));
            missing.extend(untold.map(|name| format!("{tag} {name}")));
        };
        match self.kind() {
            "enum" => require("@custom:value", variants(&self.text)),
            "function" | "event" | "error" => {
                require("@param", names(before));
                require("@return", names(after));
            }
            _ => {}
        }
        let is_notice = ["enum", "struct", "function", "event", "error", "interface"].contains(&self.kind());
        if self.comment.is_empty() || (is_notice && !self.comment.contains("@notice ")) {
            missing.push("what it is".to_owned());
        }
        missing
    }
}

/// The names in the first list in parentheses: the last word of each element.
fn names(text: &str) -> Vec<&str> {
    let list = text.split_once('(').and_then(|(_, rest)| rest.split(')').next()).unwrap_or_default();
    list.split(',').filter_map(|element| element.split_whitespace().last()).collect()
}

fn variants(text: &str) -> Vec<&str> {
    let list = text.split_once('{').and_then(|(_, rest)| rest.split('}').next()).unwrap_or_default();
    list.split(',').map(str::trim).filter(|name| !name.is_empty()).collect()
}

/// What a file declares: statements, blocks, and enums as a whole.
fn declarations(source: &str) -> Vec<Declaration> {
    let (mut comment, mut text, mut found) = (String::new(), String::new(), Vec::new());
    for line in source.lines().map(str::trim) {
        if let Some(words) = line.strip_prefix("///") {
            comment += words;
            continue;
        }
        text += " ";
        text += line;
        let is_enum = text.trim_start().starts_with("enum");
        let is_over = line.ends_with(';') || line.ends_with('}') || (line.ends_with('{') && !is_enum);
        if is_over || line.is_empty() || line.starts_with("//") {
            let words = text.trim().trim_end_matches([';', '{']).trim();
            if !words.trim_matches('}').is_empty() && !["//", "pragma"].iter().any(|start| words.starts_with(start)) {
                found.push(Declaration { comment: comment.clone(), text: words.to_owned() });
            }
            comment.clear();
            text.clear();
        }
    }
    found
}

#[test]
fn the_interfaces_tell_everything() {
    for interface in INTERFACES {
        let declarations = declarations(&fs::read_to_string(root().join(interface)).expect("an interface"));
        assert!(declarations.len() > 30, "only {} declarations are seen in {interface}", declarations.len());
        let untold = |declaration: &Declaration| {
            let title = declaration.text.split('(').next().unwrap_or_default().to_owned();
            declaration.untold().into_iter().map(move |what| format!("{title}: {what}")).collect::<Vec<_>>()
        };
        let untold: Vec<String> = declarations.iter().flat_map(untold).collect();
        assert_none(&format!("{interface} does not tell"), &untold);
    }
}

#[test]
fn what_is_not_told_is_seen() {
    let source = "
        /// @notice Too late.
        /// @param deadline
        /// @param time The second of the block.
        error TooLate(uint256 deadline, uint256 time);
        /// @notice Two.
        /// @custom:value One The first.
        enum Two {
          One,
          Other
        }
        struct Bare {
          uint256 bare;
        }
        /// @notice Does it.
        function does(bytes calldata data)
          external
          returns (uint256 done);
    ";
    let untold: Vec<Vec<String>> = declarations(source).iter().map(Declaration::untold).collect();
    let expected: [&[&str]; 5] = [
        &["@param deadline"],
        &["@custom:value Other"],
        &["what it is"],
        &["what it is"],
        &["@param data", "@return done"],
    ];
    assert_eq!(untold, expected);
}
