//! Scales an image.

fn main() {}
