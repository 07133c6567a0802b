//! Objects in the payload and at the host, on scripted streams.

use std::io::{self, Write};

use crate::context::Context;
use crate::error::{FunctionError, StreamError};
use crate::run;
use crate::tests::{invoke, vector, Dripping};

const ANSWER: u8 = 0x03;
const ERROR: u8 = 0x04;

type Response = Result<Vec<u8>, FunctionError>;

/// A frame that the function wrote.
type Frame = (u8, Vec<u8>);

fn configure(lines: &str) -> Vec<u8> {
    frame(0x05, lines.as_bytes())
}

fn host() -> Vec<u8> {
    configure("storage=redis\naccess=host\nlimit=10\n")
}

fn frame(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut frame = vec![kind];
    frame.extend((body.len() as u32).to_le_bytes());
    frame.extend(body);
    frame
}

/// What the function wrote after the ready frame, and how the stream ended.
fn serve(
    input: &[u8],
    handle: impl FnMut(&mut Context, &[u8]) -> Response,
) -> (Result<(), StreamError>, Vec<Frame>) {
    let mut output = Vec::new();
    let result = run(input, &mut output, handle);
    (result, frames(&output))
}

fn frames(output: &[u8]) -> Vec<Frame> {
    let mut rest = output.strip_prefix(&vector("ready")[..]).expect("ready");
    let mut frames = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_le_bytes(rest[1..5].try_into().unwrap()) as usize;
        frames.push((rest[0], rest[5..5 + length].to_vec()));
        rest = &rest[5 + length..];
    }
    frames
}

/// The round trips, bytes fetched and bytes stored that a reply tells, and what follows its head.
fn reply(frame: &Frame, kind: u8) -> (u32, u64, u64, &[u8]) {
    assert_eq!(frame.0, kind);
    let body = &frame.1;
    let long = |at: usize| u64::from_le_bytes(body[at..at + 8].try_into().unwrap());
    let round_trips = u32::from_le_bytes(body[44..48].try_into().unwrap());
    (round_trips, long(48), long(56), &body[64..])
}

fn entered(frame: &Frame) -> [bool; 5] {
    [0, 1, 2, 3, 4].map(|phase| frame.1[4 + 8 * phase..12 + 8 * phase] != [0xff; 8])
}

/// Answers the object whose key is the payload.
fn get(context: &mut Context, payload: &[u8]) -> Response {
    let object = context.get("input")?;
    // The payload is the one it was before the host answered.
    Ok([&object, payload].concat())
}

fn put(context: &mut Context, payload: &[u8]) -> Response {
    context.put("output", payload)?;
    Ok(Vec::new())
}

fn broken_by(after_get: &[u8]) -> StreamError {
    let input = [&host()[..], &invoke(b"go"), after_get].concat();
    let (result, written) = serve(&input, get);
    // The question is all that was written: there is no answer after it.
    assert_eq!(written, [(0x06, b"input".to_vec())]);
    result.expect_err("a broken stream")
}

#[test]
fn the_protocols_configure_frame_is_taken() {
    let body = &vector("configure, files below `/data`")[5..];
    let Ok(super::Configuration { limit, access }) = super::Configuration::parse(body) else {
        panic!("not taken");
    };
    assert_eq!(limit, 1 << 20);
    let super::Access::Folder(folder) = access else {
        panic!("not a folder");
    };
    assert_eq!(folder.to_str(), Some("/data"));
}

#[test]
fn a_configuration_that_cannot_be_understood_is_a_broken_stream() {
    let input = [configure("storage=tape\nlimit=1\n"), invoke(b"")].concat();
    let (result, written) = serve(&input, get);
    let message = result.expect_err("a broken stream").to_string();
    let why = "the configuration of the storage: its storage is none of the protocol's";
    assert_eq!(message, why);
    assert_eq!(written, []);
}

#[test]
fn a_url_that_is_none_of_its_storage_is_not_repeated_in_the_error() {
    for storage in ["redis", "s3"] {
        let lines = format!(
            "storage={storage}\naccess=direct\nconnection=reused\nlimit=1\nregion=r\nurl=gopher://u:secret@h/b\n"
        );
        let (result, _) = serve(&configure(&lines), get);
        // A build that connects to nothing takes any URL.
        if let Err(error) = result {
            assert_eq!(
                error.to_string(),
                "the configuration of the storage: its url is none of its storage's"
            );
        }
    }
}

#[test]
fn host_objects_are_asked_for_and_stored_by_the_protocols_frames() {
    let input = [
        host(),
        invoke(b"go"),
        vector("result, done, with object `hello`"),
        invoke(b"abc"),
        frame(0x08, &[0]),
    ]
    .concat();
    for step in [1, 6, 100, usize::MAX] {
        let mut output = Vec::new();
        let dripping = Dripping {
            bytes: &input,
            step,
            interrupted: false,
        };
        run(dripping, &mut output, |context, payload| {
            if context.sequence() == 1 {
                get(context, payload)
            } else {
                put(context, payload)
            }
        })
        .unwrap();
        let written = frames(&output);
        assert_eq!(frame(written[0].0, &written[0].1), vector("get `input`"));
        assert_eq!(reply(&written[1], ANSWER), (1, 5, 0, &b"hellogo"[..]));
        assert_eq!(entered(&written[1]), [false, true, false, false, false]);
        let put = frame(written[2].0, &written[2].1);
        assert_eq!(put, vector("put `abc` as `output`"));
        assert_eq!(reply(&written[3], ANSWER), (1, 0, 3, &b""[..]));
        assert_eq!(entered(&written[3]), [false, false, false, true, false]);
    }
}

#[test]
fn a_large_object_comes_back_as_it_was_and_the_next_invocation_is_in_step() {
    let object: Vec<u8> = (0..3_000_017).map(|at| (at * 31) as u8).collect();
    let mut result = vec![0];
    result.extend(&object);
    let input = [
        configure("storage=s3\naccess=host\nlimit=4000000\n"),
        invoke(b"1"),
        frame(0x08, &result),
        invoke(b"2"),
        frame(0x08, &result),
    ]
    .concat();
    for step in [4096, usize::MAX] {
        let mut output = Vec::new();
        let dripping = Dripping {
            bytes: &input,
            step,
            interrupted: false,
        };
        run(dripping, &mut output, get).unwrap();
        let written = frames(&output);
        for (at, payload) in [(1, b"1"), (3, b"2")] {
            let (round_trips, fetched, _, response) = reply(&written[at], ANSWER);
            assert_eq!((round_trips, fetched), (1, 3_000_017));
            assert!(response == [&object[..], payload].concat());
        }
    }
}

#[test]
fn what_the_host_says_is_wrong_is_the_functions_error_in_the_protocols_words() {
    let texts = [
        "storage: there is no object \"input\"",
        "storage: the service refuses the credentials",
        "storage: object \"input\" is larger than the limit of 10 bytes",
        "storage: the service cannot be reached",
        "storage: key \"input\" is not allowed",
        "storage: the service answered with an error",
    ];
    for (status, text) in (1..).zip(texts) {
        let input = [host(), invoke(b""), frame(0x08, &[status])].concat();
        let (result, written) = serve(&input, get);
        assert!(result.is_ok());
        assert_eq!(reply(&written[1], ERROR), (1, 0, 0, text.as_bytes()));
    }
    assert_eq!(frame(0x08, &[1]), vector("result, no such object"));
}

#[test]
fn limits_and_keys_are_kept_before_the_host_is_asked() {
    let (result, written) = serve(&[host(), invoke(b"eleven byte")].concat(), put);
    assert!(result.is_ok());
    let text = "storage: object \"output\" is larger than the limit of 10 bytes";
    assert_eq!(reply(&written[0], ERROR), (0, 0, 0, text.as_bytes()));
    assert_eq!(written.len(), 1);

    let bad_key = |context: &mut Context, _: &[u8]| context.get("../secret");
    let (_, written) = serve(&[host(), invoke(b"")].concat(), bad_key);
    let text = "storage: key \"../secret\" is not allowed";
    assert_eq!(reply(&written[0], ERROR), (0, 0, 0, text.as_bytes()));
}

#[test]
fn an_object_that_the_host_gives_above_the_limit_is_refused_and_the_stream_goes_on() {
    let result = frame(0x08, b"\0eleven byte");
    let input = [
        host(),
        invoke(b""),
        result,
        invoke(b""),
        frame(0x08, b"\0ok"),
    ]
    .concat();
    let (end, written) = serve(&input, get);
    assert!(end.is_ok());
    let text = "storage: object \"input\" is larger than the limit of 10 bytes";
    assert_eq!(reply(&written[1], ERROR), (1, 0, 0, text.as_bytes()));
    assert_eq!(reply(&written[3], ANSWER), (1, 2, 0, &b"ok"[..]));
}

#[test]
fn anything_but_a_result_where_one_belongs_is_a_broken_stream() {
    let error = broken_by(&invoke(b"again"));
    assert!(matches!(error, StreamError::OutOfOrder(0x02)));
    assert!(matches!(broken_by(&host()), StreamError::OutOfOrder(0x05)));
    let error = broken_by(b"HTTP/1.1 200 OK");
    assert!(matches!(error, StreamError::UnknownKind(b'H')));
    let error = broken_by(b"\x08\xff\xff\xff\xff\0");
    assert!(matches!(error, StreamError::TooLong(u32::MAX)));
}

#[test]
fn a_result_that_is_none_of_the_protocols_is_a_broken_stream() {
    let why = |result: &[u8]| broken_by(&frame(0x08, result)).to_string();
    assert_eq!(why(b""), "a result of the host: it has no status");
    let unknown = "a result of the host: its status is none of the protocol's";
    assert_eq!(why(b"\x07"), unknown);
    let follows = "a result of the host: an object follows a failure";
    assert_eq!(why(b"\x01object"), follows);

    let input = [host(), invoke(b"x"), frame(0x08, b"\0object")].concat();
    let (result, _) = serve(&input, put);
    let error = result.expect_err("a broken stream").to_string();
    assert_eq!(error, "a result of the host: an object follows a put");
}

#[test]
fn an_end_anywhere_within_a_result_is_a_broken_stream() {
    let whole = vector("result, done, with object `hello`");
    for end in 0..whole.len() {
        let error = broken_by(&whole[..end]);
        assert!(matches!(error, StreamError::EndWithinFrame { .. }), "{end}");
    }
}

#[test]
fn a_result_that_nobody_asked_for_is_a_broken_stream() {
    let input = [host(), frame(0x08, &[0])].concat();
    let (result, written) = serve(&input, get);
    assert!(matches!(result, Err(StreamError::OutOfOrder(0x08))));
    assert_eq!(written, []);
}

#[test]
fn a_function_that_goes_on_after_the_stream_broke_asks_nothing_more_and_is_not_heard() {
    let input = [host(), invoke(b""), b"garbage".to_vec()].concat();
    let (result, written) = serve(&input, |context, _| {
        for _ in 0..3 {
            let error = context.get("input").unwrap_err();
            assert_eq!(error.message(), "storage: the service cannot be reached");
        }
        Ok(b"an answer after all".to_vec())
    });
    assert!(matches!(result, Err(StreamError::UnknownKind(b'g'))));
    assert_eq!(written, [(0x06, b"input".to_vec())]);
}

#[test]
fn an_output_that_is_gone_while_the_host_is_asked_ends_the_loop() {
    struct ReadyOnly(bool);
    impl Write for ReadyOnly {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let input = [host(), invoke(b"")].concat();
    let result = run(&input[..], ReadyOnly(false), get);
    assert!(matches!(result, Err(StreamError::Io(_))));
}

#[test]
fn inline_objects_come_with_the_payload_and_go_with_the_response() {
    let input = [
        configure("storage=inline\nlimit=10\n"),
        invoke(&vector("payload with object `input` = `hi` inline")),
        invoke(&vector("payload with object `input` = `hi` inline")),
    ]
    .concat();
    let (result, written) = serve(&input, |context, payload| {
        assert_eq!(payload, b"go");
        let object = context.get("input")?;
        if context.sequence() == 1 {
            context.put("input", &object)?;
        }
        Ok(payload.to_vec())
    });
    assert!(result.is_ok());
    // What was put is laid out as what was given, and stands before the response.
    let bundle = vector("payload with object `input` = `hi` inline");
    assert_eq!(reply(&written[0], ANSWER), (0, 2, 2, &bundle[..]));
    assert_eq!(entered(&written[0]), [false, true, false, true, false]);
    assert_eq!(reply(&written[1], ANSWER), (0, 2, 0, &b"\0\0\0\0go"[..]));
}

#[test]
fn a_large_inline_object_goes_with_the_response_as_it_was() {
    let object = vec![7; 100_000];
    let mut payload = b"\x01\0\0\0\x05\0input".to_vec();
    payload.extend(100_000u32.to_le_bytes());
    payload.extend(&object);
    let input = [
        configure("storage=inline\nlimit=100000\n"),
        invoke(&payload),
    ]
    .concat();
    let (_, written) = serve(&input, |context, _| {
        let object = context.get("input")?;
        context.put("input", &object)?;
        Ok(b"done".to_vec())
    });
    let (_, fetched, stored, response) = reply(&written[0], ANSWER);
    assert_eq!((fetched, stored), (100_000, 100_000));
    assert!(response == [&payload[..], b"done"].concat());
}

#[test]
fn an_error_of_the_function_comes_without_the_objects_it_put() {
    let input = [
        configure("storage=inline\nlimit=10\n"),
        invoke(b"\0\0\0\0"),
        invoke(b"\0\0\0"),
    ]
    .concat();
    let (result, written) = serve(&input, |context, _| {
        context.put("output", b"x")?;
        Err(FunctionError::new("refused"))
    });
    assert!(result.is_ok());
    assert_eq!(reply(&written[0], ERROR), (0, 0, 1, &b"refused"[..]));
    let (_, _, _, message) = reply(&written[1], ERROR);
    let why = "storage: the payload does not begin with whole objects";
    assert_eq!(message, why.as_bytes());
}

#[test]
fn every_way_says_the_same_of_a_missing_object() {
    let folder = std::env::temp_dir();
    let file = format!(
        "storage=file\naccess=direct\nlimit=10\nfolder={}\n",
        folder.display()
    );
    let streams = [
        [configure(&file), invoke(b"")].concat(),
        [host(), invoke(b""), frame(0x08, &[1])].concat(),
        [configure("storage=inline\nlimit=10\n"), invoke(b"\0\0\0\0")].concat(),
    ];
    for stream in streams {
        let (_, written) = serve(&stream, |context, _| context.get("lumos-no-such-object"));
        let (_, _, _, message) = reply(written.last().unwrap(), ERROR);
        let text = "storage: there is no object \"lumos-no-such-object\"";
        assert_eq!(message, text.as_bytes());
    }
}
