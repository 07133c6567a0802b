//! Signs claims as a JSON Web Token (RFC 7519, HMAC with SHA-256), verifies the token, and answers it with the subject
//! it was verified for. The payload is `{"secret": ..., "claims": {"sub": ..., ...}}`; the answer
//! `{"token": ..., "subject": ...}`.

mod token;

use lumos_function::{serve, Context, FunctionError};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Request<'a> {
    secret: String,
    /// As they were written: the order of their names is part of the token.
    #[serde(borrow)]
    claims: &'a RawValue,
}

/// What of the claims the function makes use of.
#[derive(Debug, Deserialize)]
struct Claims {
    sub: String,
}

#[derive(Serialize)]
struct Answer {
    token: String,
    subject: String,
}

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let request: Request<'_> = context.deserialize(|| serde_json::from_slice(payload))?;
    let answer = context.compute(|| authenticate(&request))?;
    Ok(context.serialize(|| serde_json::to_vec(&answer))?)
}

/// Whether the token has expired is not asked: the answer would depend on the day.
fn authenticate(request: &Request<'_>) -> Result<Answer, FunctionError> {
    let key = token::key(request.secret.as_bytes())?;
    let token = token::sign(&key, request.claims)?;
    let claims: Claims = token::verify(&key, &token)?;
    Ok(Answer {
        token,
        subject: claims.sub,
    })
}

#[cfg(test)]
mod tests;
