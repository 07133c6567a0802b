//! Redis and S3 against services that say what they are told to, and connections that are kept or not.

use std::net::TcpListener;

use super::scripted::{answer, Scripted, Step};
use super::store;
use crate::session::{Failure, Store};
use crate::storage::configuration::{Protocol, Service};

const LIMIT: u64 = 1 << 20;

fn service(protocol: Protocol, url: String, reused: bool) -> Box<dyn Store + Send> {
    let service = Service {
        protocol,
        url,
        region: "here".to_owned(),
        prefix: "run/".to_owned(),
        reused,
    };
    store(&service).expect("a good URL")
}

fn redis(server: &Scripted, reused: bool) -> Box<dyn Store + Send> {
    service(
        Protocol::Redis,
        format!("redis://{}", server.address),
        reused,
    )
}

fn s3(server: &Scripted) -> Box<dyn Store + Send> {
    let url = format!("http://k%2Fey:s%40cret@{}/bucket", server.address);
    service(Protocol::S3, url, true)
}

/// Gets in an invocation of its own; gives back the round trips too.
fn get(store: &mut Box<dyn Store + Send>, limit: u64) -> (Result<Vec<u8>, Failure>, u32) {
    store.begin();
    let object = store.get("input", limit);
    store.end();
    (object, store.round_trips())
}

fn put(store: &mut Box<dyn Store + Send>, object: &[u8]) -> (Result<(), Failure>, u32) {
    store.begin();
    let result = store.put("output", object);
    store.end();
    (result, store.round_trips())
}

/// An address where nothing listens any more.
fn nobody() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().to_string()
}

/// How Redis is asked for the length and the value of `run/input`, each up to its end.
const STRLEN: &str = "STRLEN\r\n$9\r\nrun/input\r\n";
const GET: &str = "GET\r\n$9\r\nrun/input\r\n";

fn hello() -> Vec<Step> {
    vec![answer(STRLEN, ":5\r\n"), answer(GET, "$5\r\nhello\r\n")]
}

#[test]
fn redis_is_asked_for_the_length_before_the_object() {
    let server = Scripted::new(vec![hello()]);
    let mut store = redis(&server, true);
    assert_eq!(get(&mut store, 5), (Ok(b"hello".to_vec()), 2));
    drop(store);
    let requests = server.requests();
    assert!(requests[0].find("STRLEN") < requests[0].find("GET"));
}

#[test]
fn a_kept_connection_serves_the_next_invocation() {
    let server = Scripted::new(vec![hello().into_iter().chain(hello()).collect()]);
    let mut store = redis(&server, true);
    assert_eq!(get(&mut store, LIMIT), (Ok(b"hello".to_vec()), 2));
    assert_eq!(get(&mut store, LIMIT), (Ok(b"hello".to_vec()), 2));
    drop(store);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_connection_an_invocation_is_a_connection_each() {
    let server = Scripted::new(vec![hello(), hello()]);
    let mut store = redis(&server, false);
    assert_eq!(get(&mut store, LIMIT).0, Ok(b"hello".to_vec()));
    assert_eq!(get(&mut store, LIMIT).0, Ok(b"hello".to_vec()));
    // Both scripts came to their end while the store was still there.
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn authentication_and_database_are_one_round_trip_of_the_first_invocation() {
    let mut steps = vec![answer("SELECT\r\n$1\r\n3\r\n", "+OK\r\n+OK\r\n")];
    steps.extend(hello().into_iter().chain(hello()));
    let server = Scripted::new(vec![steps]);
    let url = format!("redis://us%2Fer:p%40ss@{}/3", server.address);
    let mut store = service(Protocol::Redis, url, true);
    assert_eq!(get(&mut store, LIMIT), (Ok(b"hello".to_vec()), 3));
    assert_eq!(get(&mut store, LIMIT), (Ok(b"hello".to_vec()), 2));
    drop(store);
    assert!(server.requests()[0].contains("AUTH\r\n$5\r\nus/er\r\n$4\r\np@ss\r\n"));
}

#[test]
fn redis_stores_any_bytes_under_the_prefixed_key() {
    let object: Vec<u8> = (0..300_000u32).map(|at| (at % 251) as u8).collect();
    let mut end = object[object.len() - 300..].to_vec();
    end.extend(b"\r\n");
    let server = Scripted::new(vec![vec![answer(end, "+OK\r\n")]]);
    let mut store = redis(&server, true);
    assert_eq!(put(&mut store, &object), (Ok(()), 1));
    drop(store);
    let start = "*3\r\n$3\r\nSET\r\n$10\r\nrun/output\r\n$300000\r\n";
    assert!(server.requests()[0].starts_with(start));
}

#[test]
fn redis_gives_any_bytes() {
    let object: Vec<u8> = b"\r\n$-1\r\n\0\xff".repeat(30_000);
    let length = object.len();
    let bulk = [format!("${length}\r\n").as_bytes(), &object, b"\r\n"].concat();
    let server = Scripted::new(vec![vec![
        answer(STRLEN, format!(":{length}\r\n")),
        answer(GET, bulk),
    ]]);
    let mut store = redis(&server, true);
    assert!(get(&mut store, LIMIT) == (Ok(object), 2));
}

#[test]
fn a_missing_string_and_an_empty_one_are_told_apart() {
    let server = Scripted::new(vec![vec![
        answer(STRLEN, ":0\r\n"),
        answer(GET, "$-1\r\n"),
        answer(STRLEN, ":0\r\n"),
        answer(GET, "$0\r\n\r\n"),
    ]]);
    let mut store = redis(&server, true);
    assert_eq!(get(&mut store, LIMIT), (Err(Failure::Missing), 2));
    assert_eq!(get(&mut store, LIMIT), (Ok(Vec::new()), 2));
}

#[test]
fn a_string_above_the_limit_is_not_downloaded() {
    let server = Scripted::new(vec![vec![answer(STRLEN, ":6\r\n")]]);
    let mut store = redis(&server, true);
    assert_eq!(get(&mut store, 5), (Err(Failure::TooLarge), 1));
    drop(store);
    assert!(!server.requests()[0].contains("GET"));
}

#[test]
fn what_redis_refuses_is_told_from_what_it_cannot_do() {
    for (says, failure) in [
        ("-NOAUTH Authentication required.\r\n", Failure::Denied),
        ("-NOPERM this user has no permissions\r\n", Failure::Denied),
        ("-WRONGTYPE not a string\r\n", Failure::Failed),
        ("-LOADING the dataset in memory\r\n", Failure::Failed),
        ("-ERR anything\r\n", Failure::Failed),
    ] {
        let mut steps = vec![answer(STRLEN, says)];
        steps.extend(hello());
        let server = Scripted::new(vec![steps]);
        let mut store = redis(&server, true);
        assert_eq!(get(&mut store, LIMIT), (Err(failure), 1), "{says}");
        // An error is an answer: the connection is as good as before.
        assert_eq!(get(&mut store, LIMIT), (Ok(b"hello".to_vec()), 2));
    }
}

#[test]
fn a_wrong_password_is_a_refusal_and_the_next_invocation_tries_again() {
    let refused = || {
        vec![answer(
            "wrong\r\n",
            "-WRONGPASS invalid username-password pair\r\n",
        )]
    };
    let server = Scripted::new(vec![refused(), refused()]);
    let url = format!("redis://:wrong@{}", server.address);
    let mut store = service(Protocol::Redis, url, true);
    assert_eq!(get(&mut store, LIMIT), (Err(Failure::Denied), 1));
    assert_eq!(get(&mut store, LIMIT), (Err(Failure::Denied), 1));
}

#[test]
fn redis_that_closes_within_an_answer_cannot_be_reached_until_the_next_invocation() {
    let lost = vec![
        answer(STRLEN, ":5\r\n"),
        answer(GET, "$5\r\nhe"),
        Step::Close,
    ];
    let server = Scripted::new(vec![lost, hello()]);
    let mut store = redis(&server, true);
    store.begin();
    assert_eq!(store.get("input", LIMIT), Err(Failure::Unreachable));
    // The second script is not begun within this invocation: only the next one connects again.
    assert_eq!(store.get("input", LIMIT), Err(Failure::Unreachable));
    assert_eq!(store.put("output", b"x"), Err(Failure::Unreachable));
    assert_eq!(store.round_trips(), 1);
    store.end();
    assert_eq!(get(&mut store, LIMIT), (Ok(b"hello".to_vec()), 2));
}

#[test]
fn a_kept_connection_that_was_closed_meanwhile_fails_once() {
    let mut closed = hello();
    closed.push(Step::Close);
    let server = Scripted::new(vec![closed, hello()]);
    let mut store = redis(&server, true);
    assert_eq!(get(&mut store, LIMIT).0, Ok(b"hello".to_vec()));
    assert_eq!(get(&mut store, LIMIT), (Err(Failure::Unreachable), 0));
    assert_eq!(get(&mut store, LIMIT).0, Ok(b"hello".to_vec()));
}

#[test]
fn garbage_from_redis_is_an_error_and_the_connection_is_not_used_again() {
    let server = Scripted::new(vec![
        vec![answer(STRLEN, "HTTP/1.1 400 Bad Request\r\n\r\n")],
        hello(),
    ]);
    let mut store = redis(&server, true);
    assert_eq!(get(&mut store, LIMIT), (Err(Failure::Failed), 1));
    assert_eq!(get(&mut store, LIMIT).0, Ok(b"hello".to_vec()));
}

#[test]
fn where_nothing_listens_no_round_trip_is_counted() {
    let mut store = service(Protocol::Redis, format!("redis://:p@{}", nobody()), true);
    assert_eq!(get(&mut store, LIMIT), (Err(Failure::Unreachable), 0));
    let mut store = service(Protocol::S3, format!("http://k:s@{}/b", nobody()), true);
    assert_eq!(get(&mut store, LIMIT), (Err(Failure::Unreachable), 0));
    assert_eq!(put(&mut store, b"x"), (Err(Failure::Unreachable), 0));
}

fn ok(body: &str) -> String {
    response("200 OK", body)
}

fn response(status: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}")
}

/// One request without a body, and its answer.
fn asked(says: impl AsRef<[u8]>) -> Step {
    answer("\r\n\r\n", says)
}

#[test]
fn s3_is_asked_with_a_signature_and_the_connection_is_kept() {
    let server = Scripted::new(vec![vec![asked(ok("hello")), asked(ok("again"))]]);
    let mut store = s3(&server);
    assert_eq!(get(&mut store, 5), (Ok(b"hello".to_vec()), 1));
    assert_eq!(get(&mut store, 5), (Ok(b"again".to_vec()), 1));
    drop(store);
    let address = server.address;
    let requests = server.requests();
    assert!(requests[0].starts_with("GET /bucket/run/input?"));
    assert!(requests[0].contains("X-Amz-Credential=k%2Fey%2F"));
    assert!(requests[0].contains("%2Fhere%2Fs3%2Faws4_request"));
    assert!(requests[0]
        .to_lowercase()
        .contains(&format!("host: {address}\r\n")));
    assert!(!requests[0].contains("cret"));
}

#[test]
fn a_bucket_without_credentials_is_asked_without_a_signature() {
    let server = Scripted::new(vec![vec![asked(ok("hello"))]]);
    let url = format!("http://{}/bucket", server.address);
    let mut store = service(Protocol::S3, url, true);
    assert_eq!(get(&mut store, 5), (Ok(b"hello".to_vec()), 1));
    drop(store);
    assert!(server.requests()[0].starts_with("GET /bucket/run/input HTTP/1.1\r\n"));
}

#[test]
fn s3_stores_any_bytes_and_keeps_the_connection() {
    let object = b"\0\r\n\xff".repeat(50_000);
    let mut end = object[object.len() - 400..].to_vec();
    end.extend(b"END");
    let object = [&object[..], b"END"].concat();
    let server = Scripted::new(vec![vec![
        answer(end, response("200 OK", "")),
        asked(ok("hello")),
    ]]);
    let mut store = s3(&server);
    assert_eq!(put(&mut store, &object), (Ok(()), 1));
    assert_eq!(get(&mut store, 5), (Ok(b"hello".to_vec()), 1));
    drop(store);
    let requests = server.requests();
    assert!(requests[0].starts_with("PUT /bucket/run/output?"));
    assert!(requests[0]
        .to_lowercase()
        .contains("content-length: 200003\r\n"));
}

#[test]
fn the_statuses_of_s3_are_told_apart() {
    let code = |code: &str| format!("<Error><Code>{code}</Code></Error>");
    for (status, body, failure) in [
        ("404 Not Found", code("NoSuchKey"), Failure::Missing),
        ("404 Not Found", code("NoSuchBucket"), Failure::Failed),
        ("403 Forbidden", code("AccessDenied"), Failure::Denied),
        (
            "403 Forbidden",
            code("SignatureDoesNotMatch"),
            Failure::Denied,
        ),
        ("401 Unauthorized", String::new(), Failure::Denied),
        (
            "500 Internal Server Error",
            code("InternalError"),
            Failure::Failed,
        ),
        ("503 Slow Down", code("SlowDown"), Failure::Failed),
        (
            "301 Moved Permanently",
            code("PermanentRedirect"),
            Failure::Failed,
        ),
    ] {
        let server = Scripted::new(vec![vec![
            asked(response(status, &body)),
            asked(ok("hello")),
        ]]);
        let mut store = s3(&server);
        assert_eq!(get(&mut store, 5), (Err(failure), 1), "{status} {body}");
        // The connection is as good as before.
        assert_eq!(get(&mut store, 5).0, Ok(b"hello".to_vec()));
    }
    let server = Scripted::new(vec![vec![answer(
        "value",
        response("404 Not Found", &code("NoSuchBucket")),
    )]]);
    let mut store = s3(&server);
    assert_eq!(put(&mut store, b"value"), (Err(Failure::Failed), 1));
}

#[test]
fn an_object_of_s3_above_the_limit_is_not_downloaded() {
    // The body never comes: whoever waits for it waits forever.
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n";
    let server = Scripted::new(vec![vec![asked(head)]]);
    let mut store = s3(&server);
    assert_eq!(get(&mut store, 5), (Err(Failure::TooLarge), 1));
}

#[test]
fn a_length_that_s3_does_not_tell_is_measured() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunked = format!("{head}3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n");
    let server = Scripted::new(vec![vec![asked(&chunked), asked(&chunked)]]);
    let mut store = s3(&server);
    assert_eq!(get(&mut store, 5), (Ok(b"hello".to_vec()), 1));
    assert_eq!(get(&mut store, 4), (Err(Failure::TooLarge), 1));
}

#[test]
fn s3_that_closes_too_early_cannot_be_reached_until_the_next_invocation() {
    for says in [
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe",
    ] {
        let server = Scripted::new(vec![
            vec![asked(says), Step::Close],
            vec![asked(ok("hello"))],
        ]);
        let mut store = s3(&server);
        store.begin();
        assert_eq!(store.get("input", 5), Err(Failure::Unreachable), "{says}");
        assert_eq!(store.get("input", 5), Err(Failure::Unreachable), "{says}");
        store.end();
        assert_eq!(get(&mut store, 5), (Ok(b"hello".to_vec()), 1));
    }
}

#[test]
fn garbage_from_s3_is_an_error() {
    let server = Scripted::new(vec![
        vec![asked("-ERR unknown command 'GET'\r\n\r\n")],
        vec![asked(ok("hello"))],
    ]);
    let mut store = s3(&server);
    assert_eq!(get(&mut store, 5), (Err(Failure::Failed), 1));
    assert_eq!(get(&mut store, 5).0, Ok(b"hello".to_vec()));
}
