//! The language of a text.

fn main() {}
