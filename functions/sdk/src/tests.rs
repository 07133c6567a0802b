//! The framing against `docs/protocol.md`, and the loop on good and bad streams.

use std::io::{self, IoSlice, Read, Write};

use crate::context::Context;
use crate::error::{FunctionError, StreamError};
use crate::frame::{Counts, Head, MAX_LENGTH, NOT_MEASURED};
use crate::run;
use crate::writer::{Sink, Writer, LARGEST_JOINED};

const PROTOCOL: &str = include_str!("../../../docs/protocol.md");
const READY_LENGTH: usize = 11;

/// The frame of the row of the protocol's table whose first column begins with `what`.
pub(crate) fn vector(what: &str) -> Vec<u8> {
    let row = PROTOCOL
        .split("## Test vectors")
        .nth(1)
        .expect("a section of test vectors")
        .lines()
        .find(|line| line.starts_with(&format!("| {what}")))
        .expect("a row of this name");
    let digits: String = row
        .rsplit('`')
        .nth(1)
        .expect("a frame in backticks")
        .split_whitespace()
        .collect();
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal digits"))
        .collect()
}

pub(crate) fn invoke(payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x02];
    frame.extend((payload.len() as u32).to_le_bytes());
    frame.extend(payload);
    frame
}

/// A reply's kind, sequence and response.
type Parsed = (u8, u32, Vec<u8>);

/// What the function wrote after the ready frame.
fn replies(mut output: &[u8]) -> Vec<Parsed> {
    assert_eq!(output[..READY_LENGTH], vector("ready"));
    output = &output[READY_LENGTH..];
    let mut parsed = Vec::new();
    while !output.is_empty() {
        let length = u32::from_le_bytes(output[1..5].try_into().unwrap()) as usize;
        let sequence = u32::from_le_bytes(output[5..9].try_into().unwrap());
        parsed.push((output[0], sequence, output[69..5 + length].to_vec()));
        output = &output[5 + length..];
    }
    parsed
}

/// Answers with the payload, and refuses the payload `no`.
fn echo(_: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    if payload == b"no" {
        return Err(FunctionError::new("refused"));
    }
    Ok(payload.to_vec())
}

fn run_echo(input: impl Read) -> (Result<(), StreamError>, Vec<Parsed>) {
    let mut output = Vec::new();
    let result = run(input, &mut output, echo);
    (result, replies(&output))
}

/// Gives at most `step` bytes a read, and is interrupted before each.
pub(crate) struct Dripping<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) step: usize,
    pub(crate) interrupted: bool,
}

impl Read for Dripping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let count = self.step.min(buffer.len()).min(self.bytes.len());
        buffer[..count].copy_from_slice(&self.bytes[..count]);
        self.bytes = &self.bytes[count..];
        Ok(count)
    }
}

/// Counts the writes it gets, and takes at most `most` bytes of each.
struct Counting {
    bytes: Vec<u8>,
    writes: usize,
    flushes: usize,
    most: usize,
}

impl Counting {
    fn taking(most: usize) -> Self {
        Self {
            bytes: Vec::new(),
            writes: 0,
            flushes: 0,
            most,
        }
    }
}

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.writes += 1;
        let all: Vec<u8> = slices
            .iter()
            .flat_map(|slice| slice.iter().copied())
            .collect();
        let count = all.len().min(self.most);
        self.bytes.extend_from_slice(&all[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flushes += 1;
        Ok(())
    }
}

#[test]
fn ready_is_the_protocols_frame_and_comes_before_anything_is_read() {
    struct Unreadable;
    impl Read for Unreadable {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::PermissionDenied.into())
        }
    }
    let mut output = Vec::new();
    let result = run(Unreadable, &mut output, echo);
    assert!(matches!(result, Err(StreamError::Io(_))));
    assert_eq!(output, vector("ready"));
}

#[test]
fn invoke_frames_of_the_protocol_are_taken() {
    let input = [
        vector("invoke, empty payload"),
        vector("invoke, payload `hi`"),
    ]
    .concat();
    let (result, parsed) = run_echo(&input[..]);
    assert!(result.is_ok());
    assert_eq!(parsed, [(0x03, 1, vec![]), (0x03, 2, b"hi".to_vec())]);
}

/// The head of a reply with nanoseconds in some phases.
fn head(sequence: u32, nanoseconds: [u64; 5], counts: Option<Counts>) -> Head {
    Head {
        sequence,
        nanoseconds,
        counts,
    }
}

const NOTHING_ENTERED: [u64; 5] = [NOT_MEASURED; 5];

fn written(head: &Head, result: &Result<Vec<u8>, FunctionError>) -> Vec<u8> {
    let mut output = Vec::new();
    Writer::new(&mut output)
        .reply(head, &[], result.clone())
        .unwrap();
    output
}

#[test]
fn an_answer_is_the_protocols_frame() {
    const NO: u64 = NOT_MEASURED;
    assert_eq!(
        written(
            &head(1, [NO, NO, 1_000_000, NO, NO], None),
            &Ok(b"ok".to_vec())
        ),
        vector("answer to the first invocation, compute 1 ms")
    );
}

#[test]
fn an_answer_with_storage_is_the_protocols_frame() {
    const NO: u64 = NOT_MEASURED;
    let counts = Counts {
        round_trips: 2,
        fetched: 5,
        stored: 3,
    };
    let head = head(1, [NO, 1_000_000, NO, 2_000_000, NO], Some(counts));
    assert_eq!(
        written(&head, &Ok(Vec::new())),
        vector("answer to the first invocation, fetch 1 ms")
    );
}

#[test]
fn an_error_is_the_protocols_frame() {
    assert_eq!(
        written(
            &head(2, NOTHING_ENTERED, None),
            &Err(FunctionError::new("bad"))
        ),
        vector("error on the second invocation")
    );
}

#[test]
fn a_function_that_refuses_goes_on_to_the_next_invocation() {
    let input = [invoke(b"no"), invoke(b"yes")].concat();
    let (result, parsed) = run_echo(&input[..]);
    assert!(result.is_ok());
    assert_eq!(
        parsed,
        [(0x04, 1, b"refused".to_vec()), (0x03, 2, b"yes".to_vec())]
    );
}

#[test]
fn an_input_without_a_frame_is_a_good_end() {
    let (result, parsed) = run_echo(&[][..]);
    assert!(result.is_ok());
    assert_eq!(parsed, []);
}

#[test]
fn an_end_anywhere_within_a_frame_is_a_broken_stream() {
    let whole = [invoke(b"first"), invoke(b"second")].concat();
    let first = invoke(b"first").len();
    for end in first + 1..whole.len() {
        let (result, parsed) = run_echo(&whole[..end]);
        assert!(matches!(result, Err(StreamError::EndWithinFrame { .. })));
        assert_eq!(parsed, [(0x03, 1, b"first".to_vec())]);
    }
}

#[test]
fn an_end_within_a_frame_says_how_much_is_missing() {
    let (result, _) = run_echo(&invoke(b"payload")[..8]);
    let message = result.expect_err("a broken stream").to_string();
    assert_eq!(message, "input ended within a frame, 4 bytes early");
}

#[test]
fn an_unknown_kind_is_a_broken_stream() {
    let (result, parsed) = run_echo(&b"\x07\0\0\0\0"[..]);
    assert!(matches!(result, Err(StreamError::UnknownKind(0x07))));
    assert_eq!(parsed, []);
}

#[test]
fn a_length_above_the_limit_is_a_broken_stream_and_no_memory_is_asked_for() {
    let mut frame = vec![0x02];
    frame.extend((MAX_LENGTH + 1).to_le_bytes());
    let (result, _) = run_echo(&frame[..]);
    assert!(matches!(result, Err(StreamError::TooLong(length)) if length == MAX_LENGTH + 1));
}

#[test]
fn payloads_of_any_size_and_any_bytes_come_back_as_they_were() {
    let edges = [
        0,
        1,
        LARGEST_JOINED - 69,
        LARGEST_JOINED - 68,
        64 * 1024 - 5,
        64 * 1024 - 4,
        64 * 1024 + 1,
        3_000_017,
    ];
    let payloads: Vec<Vec<u8>> = edges
        .iter()
        .map(|&size| (0..size).map(|at| (at * 31 + size) as u8).collect())
        .collect();
    let input: Vec<u8> = payloads
        .iter()
        .flat_map(|payload| invoke(payload))
        .collect();
    for step in [7, 4096, usize::MAX] {
        let (result, parsed) = run_echo(Dripping {
            bytes: &input,
            step,
            interrupted: false,
        });
        assert!(result.is_ok());
        let responses: Vec<Vec<u8>> = parsed.into_iter().map(|(_, _, body)| body).collect();
        assert!(responses == payloads, "reads of {step} bytes");
    }
}

#[test]
fn a_payload_of_16_mib_comes_back_as_it_was() {
    let payload: Vec<u8> = (0..16 << 20)
        .map(|at: u32| (at ^ (at >> 8)) as u8)
        .collect();
    let (result, parsed) = run_echo(&invoke(&payload)[..]);
    assert!(result.is_ok());
    assert!(parsed == [(0x03, 1, payload)]);
}

#[test]
fn a_small_answer_is_one_write_and_one_flush() {
    let mut output = Counting::taking(usize::MAX);
    Writer::new(&mut output)
        .reply(
            &head(1, NOTHING_ENTERED, None),
            &[],
            Ok(b"line\nend".to_vec()),
        )
        .unwrap();
    assert_eq!((output.writes, output.flushes), (1, 1));
}

#[test]
fn a_large_answer_is_one_write_where_the_output_takes_it() {
    let mut output = Counting::taking(usize::MAX);
    let response = Ok(vec![7; LARGEST_JOINED]);
    Writer::new(&mut output)
        .reply(&head(1, NOTHING_ENTERED, None), &[], response.clone())
        .unwrap();
    assert_eq!((output.writes, output.flushes), (1, 1));
}

#[test]
fn an_output_that_takes_little_at_a_time_gets_everything() {
    let response = Ok((0..LARGEST_JOINED).map(|at| at as u8).collect());
    let mut whole = Vec::new();
    Writer::new(&mut whole)
        .reply(&head(1, NOTHING_ENTERED, None), &[], response.clone())
        .unwrap();
    for most in [1, 68, 69, 70, 1000] {
        let mut output = Counting::taking(most);
        Writer::new(&mut output)
            .reply(&head(1, NOTHING_ENTERED, None), &[], response.clone())
            .unwrap();
        assert!(output.bytes == whole, "writes of {most} bytes");
    }
}

#[test]
fn an_output_that_is_gone_ends_the_loop() {
    struct Gone(usize);
    impl Write for Gone {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            self.0 -= 1;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let input = [invoke(b"first"), invoke(b"second")].concat();
    let mut handled = 0;
    let result = run(&input[..], Gone(1), |_, _| {
        handled += 1;
        Ok(Vec::new())
    });
    assert!(matches!(result, Err(StreamError::Io(_))));
    assert_eq!(handled, 1);
}

#[test]
fn the_context_tells_the_function_which_invocation_it_is() {
    let input = [invoke(b""), invoke(b""), invoke(b"")].concat();
    let mut seen = Vec::new();
    run(&input[..], io::sink(), |context, _| {
        seen.push(context.sequence());
        Ok(Vec::new())
    })
    .unwrap();
    assert_eq!(seen, [1, 2, 3]);
}

#[test]
fn any_error_becomes_a_function_error_by_the_question_mark() {
    let parse = |text: &str| -> Result<u8, FunctionError> { Ok(text.parse()?) };
    assert_eq!(parse("7"), Ok(7));
    assert_eq!(
        parse("seven").expect_err("no number").message(),
        "invalid digit found in string"
    );
}
