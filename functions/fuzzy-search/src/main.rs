//! Finds the words of a text that are nearest to a misspelt one: the first line of the payload, which the text follows.

use lumos_function::{serve, Context, FunctionError};
use strsim::levenshtein;

/// How many words are found.
const WANTED: usize = 10;

/// A word of the text, its place among the text's words, and its distance from the one that is looked for.
#[derive(Debug, PartialEq)]
struct Match<'a> {
    distance: usize,
    place: usize,
    word: &'a str,
}

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let (query, text) = context.deserialize(|| parse(payload))?;
    let nearest = context.compute(|| search(query, text));
    Ok(context.serialize(|| render(&nearest)))
}

fn parse(payload: &[u8]) -> Result<(&str, &str), FunctionError> {
    let text = std::str::from_utf8(payload)?;
    match text.split_once('\n') {
        Some((query, text)) if !query.is_empty() => Ok((query, text)),
        _ => Err(FunctionError::new("the payload has no line to look for")),
    }
}

/// The nearest words, each at its first place; of words as near as each other those that come first.
fn search<'a>(query: &str, text: &'a str) -> Vec<Match<'a>> {
    let mut nearest: Vec<Match> = Vec::with_capacity(WANTED + 1);
    let words = text
        .split(|sign: char| !sign.is_alphanumeric())
        .filter(|word| !word.is_empty());
    for (place, word) in words.enumerate() {
        let distance = levenshtein(query, word);
        if nearest.len() == WANTED && nearest[WANTED - 1].distance <= distance {
            continue;
        }
        if nearest.iter().any(|found| found.word == word) {
            continue;
        }
        let at = nearest.partition_point(|found| found.distance <= distance);
        nearest.insert(
            at,
            Match {
                distance,
                place,
                word,
            },
        );
        nearest.truncate(WANTED);
    }
    nearest
}

fn render(nearest: &[Match]) -> Vec<u8> {
    let lines: Vec<String> = nearest
        .iter()
        .map(|found| format!("{} {} {}\n", found.distance, found.place, found.word))
        .collect();
    lines.concat().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(payload: &str) -> String {
        let (query, text) = parse(payload.as_bytes()).expect("a line");
        String::from_utf8(render(&search(query, text))).expect("text")
    }

    #[test]
    fn finds_the_nearest_first_and_of_equals_the_earlier() {
        assert_eq!(
            answer("kitten\nSitting, mitten; sitting! kitten mitten."),
            "0 3 kitten\n1 1 mitten\n3 0 Sitting\n3 2 sitting\n"
        );
    }

    #[test]
    fn finds_no_more_than_ten_and_drops_the_farthest() {
        let text = "aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj aaab";
        let found = answer(&format!("aaaa\n{text}"));
        assert_eq!(found.lines().count(), 10);
        assert!(found.starts_with("0 0 aaaa\n1 10 aaab\n4 1 bbbb\n"));
        assert!(!found.contains("jjjj"));
    }

    #[test]
    fn refuses_a_payload_without_a_line_to_look_for() {
        for payload in ["", "word", "\ntext"] {
            let error = parse(payload.as_bytes()).expect_err("no line");
            assert_eq!(error.message(), "the payload has no line to look for");
        }
        assert!(parse(b"\xff\ntext").is_err());
    }
}
