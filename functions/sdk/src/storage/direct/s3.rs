//! Objects in a bucket of S3, by plain HTTP and signed URLs.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use ureq::http::{Response, StatusCode};
use ureq::{Agent, Body, Error};
use url::Url;

use super::super::configuration::Service;
use super::kept::{Connect, Connection};
use crate::session::Failure;

/// How long a signature is good: longer than any invocation takes.
const SIGNATURE: Duration = Duration::from_secs(3600);

/// How much of what the service says about a request is read, in bytes.
const LONGEST_TEXT: u64 = 64 * 1024;

/// Longer than any run: a connection is kept until it is lost.
const FOREVER: Duration = Duration::from_secs(365 * 24 * 3600);

/// A bucket that can be connected to.
pub(super) struct Server(Arc<Target>);

struct Target {
    bucket: Bucket,
    credentials: Option<Credentials>,
    prefix: String,
}

impl Server {
    /// The bucket of `service`, if its URL is one of `http://key:secret@host:port/bucket`.
    pub(super) fn new(service: &Service) -> Option<Self> {
        let mut url = Url::parse(&service.url).ok()?;
        let credentials = Credentials::new(
            decoded(url.username())?,
            decoded(url.password().unwrap_or_default())?,
        );
        let signed = !url.username().is_empty();
        let name = decoded(url.path().trim_matches('/'))?;
        if url.scheme() != "http" || name.is_empty() || name.contains('/') {
            return None;
        }
        url.set_username("").ok()?;
        url.set_password(None).ok()?;
        url.set_path("/");
        let bucket = Bucket::new(url, UrlStyle::Path, name, service.region.clone()).ok()?;
        Some(Self(Arc::new(Target {
            bucket,
            credentials: signed.then_some(credentials),
            prefix: service.prefix.clone(),
        })))
    }
}

/// What is percent-encoded in a URL.
fn decoded(text: &str) -> Option<String> {
    let text = percent_decode_str(text).decode_utf8().ok()?;
    Some(text.into_owned())
}

impl Connect for Server {
    type Connection = Objects;

    /// Takes an agent that has no connection yet: the first request opens it.
    fn connect(&self, _: &mut u32) -> Result<Objects, Failure> {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .no_delay(true)
            .max_idle_age(FOREVER)
            .build();
        Ok(Objects {
            agent: config.new_agent(),
            target: Arc::clone(&self.0),
        })
    }
}

/// The objects of a bucket, on a connection.
pub(super) struct Objects {
    agent: Agent,
    target: Arc<Target>,
}

impl Objects {
    fn path(&self, key: &str) -> String {
        format!("{}{key}", self.target.prefix)
    }
}

impl Connection for Objects {
    fn get(&mut self, key: &str, limit: u64, round_trips: &mut u32) -> Result<Vec<u8>, Failure> {
        let path = self.path(key);
        let target = &*self.target;
        let action = target.bucket.get_object(target.credentials.as_ref(), &path);
        let response = self.agent.get(action.sign(SIGNATURE).as_str()).call();
        let mut response = answered(response, round_trips)?;
        if response.status() != StatusCode::OK {
            return Err(refusal(&mut response, true));
        }
        let length = response.body().content_length();
        if length.is_some_and(|length| length > limit) {
            return Err(Failure::TooLarge);
        }
        let mut object = Vec::with_capacity(length.unwrap_or(0) as usize);
        let body = response.body_mut().as_reader();
        // Where the length was not told, no more than the limit is kept.
        body.take(limit.saturating_add(1))
            .read_to_end(&mut object)
            .map_err(|_| Failure::Unreachable)?;
        if object.len() as u64 > limit {
            return Err(Failure::TooLarge);
        }
        Ok(object)
    }

    fn put(&mut self, key: &str, object: &[u8], round_trips: &mut u32) -> Result<(), Failure> {
        let path = self.path(key);
        let target = &*self.target;
        let action = target.bucket.put_object(target.credentials.as_ref(), &path);
        let response = self.agent.put(action.sign(SIGNATURE).as_str()).send(object);
        let mut response = answered(response, round_trips)?;
        if !response.status().is_success() {
            return Err(refusal(&mut response, false));
        }
        // The rest of the answer is read, so that the connection can be used again.
        read_text(&mut response);
        Ok(())
    }
}

/// The answer to a request, which counts if there is one.
fn answered(
    result: Result<Response<Body>, Error>,
    round_trips: &mut u32,
) -> Result<Response<Body>, Failure> {
    let failure = match result {
        Ok(response) => {
            *round_trips += 1;
            return Ok(response);
        }
        Err(Error::Io(_) | Error::ConnectionFailed | Error::HostNotFound | Error::Timeout(_)) => {
            Failure::Unreachable
        }
        Err(_) => {
            *round_trips += 1;
            Failure::Failed
        }
    };
    Err(failure)
}

/// What an answer that is no success means, to a request for an object (`asked`) or one that stores it.
fn refusal(response: &mut Response<Body>, asked: bool) -> Failure {
    let text = read_text(response);
    match response.status() {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Failure::Denied,
        StatusCode::NOT_FOUND if asked && !text.contains("NoSuchBucket") => Failure::Missing,
        _ => Failure::Failed,
    }
}

/// What an answer says, for a person; empty if it cannot be read.
fn read_text(response: &mut Response<Body>) -> String {
    let mut text = Vec::new();
    let body = response.body_mut().as_reader();
    match body.take(LONGEST_TEXT).read_to_end(&mut text) {
        Ok(_) => String::from_utf8_lossy(&text).into_owned(),
        Err(_) => String::new(),
    }
}
