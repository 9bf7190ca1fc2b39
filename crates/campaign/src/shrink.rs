//! Finds a short list of steps that still breaks a rule.

use crate::{run::play, stage::Stage, step::Step};

/// Leaves out steps, many at a time and then fewer, as long as the same rule is broken in the end.
pub(crate) fn shrink(stage: &Stage, mut steps: Vec<(usize, Step)>, rule: &str) -> Vec<(usize, Step)> {
    let mut size = steps.len().div_ceil(2);
    while size > 0 {
        let mut at = 0;
        while at < steps.len() {
            let mut fewer = steps.clone();
            fewer.drain(at..(at + size).min(steps.len()));
            let (_, broken) = play(stage, fewer.iter().map(|(_, step)| *step));
            match broken {
                Some((last, violation)) if violation.rule == rule => {
                    fewer.truncate(last + 1);
                    steps = fewer;
                }
                _ => at += size,
            }
        }
        size /= 2;
    }
    steps
}
