//! The nearest lines of a text to a misspelt word.

fn main() {}
