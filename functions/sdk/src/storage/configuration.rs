//! The body of a configure frame.

use std::path::PathBuf;

use crate::error::StreamError;

/// What a configure frame says. Holds credentials: neither printed nor part of an error.
pub(super) struct Configuration {
    /// The largest object, in bytes.
    pub(super) limit: u64,
    pub(super) access: Access,
}

/// How the function reaches its objects.
pub(super) enum Access {
    Inline,
    Host,
    Folder(PathBuf),
    Service(Service),
}

/// Which protocol a service speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Redis,
    S3,
}

/// A service that the function connects to itself.
#[cfg_attr(
    not(all(feature = "direct", not(all(target_os = "wasi", target_env = "p1")))),
    allow(dead_code)
)]
pub(super) struct Service {
    pub(super) protocol: Protocol,
    pub(super) url: String,
    /// Of S3's signature.
    pub(super) region: String,
    /// Stands before every key.
    pub(super) prefix: String,
    /// Whether a connection is kept from one invocation to the next.
    pub(super) reused: bool,
}

impl Configuration {
    /// # Errors
    /// The body is not lines of `name=value`, lacks what its storage needs, or says what the protocol does not know.
    pub(super) fn parse(body: &[u8]) -> Result<Self, StreamError> {
        let text = std::str::from_utf8(body).map_err(|_| malformed("it is not UTF-8"))?;
        let lines = Lines::parse(text)?;
        let limit = lines
            .required("limit", "it has no limit")?
            .parse()
            .map_err(|_| malformed("its limit is no number"))?;
        let access = lines.access()?;
        Ok(Self { limit, access })
    }
}

/// The values of a configure frame by their names.
struct Lines<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Lines<'a> {
    fn parse(text: &'a str) -> Result<Self, StreamError> {
        let pair = |line: &'a str| {
            line.strip_suffix('\n')
                .and_then(|line| line.split_once('='))
                .ok_or(malformed("a line is not name=value"))
        };
        Ok(Self(
            text.split_inclusive('\n')
                .map(pair)
                .collect::<Result<_, _>>()?,
        ))
    }

    fn value(&self, name: &str) -> Option<&'a str> {
        let line = self.0.iter().find(|(candidate, _)| *candidate == name)?;
        Some(line.1)
    }

    fn required(&self, name: &str, why: &'static str) -> Result<&'a str, StreamError> {
        self.value(name).ok_or(malformed(why))
    }

    fn access(&self) -> Result<Access, StreamError> {
        let protocol = match self.required("storage", "it has no storage")? {
            "inline" => return Ok(Access::Inline),
            "file" => None,
            "redis" => Some(Protocol::Redis),
            "s3" => Some(Protocol::S3),
            _ => return Err(malformed("its storage is none of the protocol's")),
        };
        match (self.required("access", "it has no access")?, protocol) {
            ("host", _) => Ok(Access::Host),
            ("direct", None) => {
                let folder = self.required("folder", "it has no folder")?;
                Ok(Access::Folder(PathBuf::from(folder)))
            }
            ("direct", Some(protocol)) => Ok(Access::Service(self.service(protocol)?)),
            _ => Err(malformed("its access is none of the protocol's")),
        }
    }

    fn service(&self, protocol: Protocol) -> Result<Service, StreamError> {
        let region = match protocol {
            Protocol::Redis => "",
            Protocol::S3 => self.required("region", "it has no region")?,
        };
        let reused = match self.required("connection", "it has no connection")? {
            "reused" => true,
            "per-invocation" => false,
            _ => return Err(malformed("its connection is none of the protocol's")),
        };
        Ok(Service {
            protocol,
            url: self.required("url", "it has no url")?.to_owned(),
            region: region.to_owned(),
            prefix: self.value("prefix").unwrap_or_default().to_owned(),
            reused,
        })
    }
}

fn malformed(why: &'static str) -> StreamError {
    StreamError::Configuration(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(body: &str) -> String {
        match Configuration::parse(body.as_bytes()) {
            Ok(_) => panic!("{body:?} was taken"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_service_is_all_that_its_lines_say() {
        let body = "storage=s3\naccess=direct\nconnection=per-invocation\nlimit=9\nnews=x\nurl=http://a=b\nregion=r\nprefix=p/\n";
        let Ok(Configuration {
            limit: 9,
            access: Access::Service(service),
        }) = Configuration::parse(body.as_bytes())
        else {
            panic!("not taken");
        };
        assert_eq!(service.protocol, Protocol::S3);
        assert_eq!(service.url, "http://a=b");
        assert_eq!(
            (service.region.as_str(), service.prefix.as_str()),
            ("r", "p/")
        );
        assert!(!service.reused);
    }

    #[test]
    fn host_needs_no_more_than_a_limit() {
        let parsed = Configuration::parse(b"storage=redis\naccess=host\nlimit=10\n");
        assert!(matches!(
            parsed,
            Ok(Configuration {
                limit: 10,
                access: Access::Host
            })
        ));
    }

    #[test]
    fn what_a_storage_needs_must_be_there() {
        let start = "the configuration of the storage: ";
        for (body, reason) in [
            ("", "it has no limit"),
            ("limit=1\n", "it has no storage"),
            ("limit=-1\nstorage=inline\n", "its limit is no number"),
            (
                "limit=1\nstorage=tape\n",
                "its storage is none of the protocol's",
            ),
            ("limit=1\nstorage=file\n", "it has no access"),
            (
                "limit=1\nstorage=file\naccess=odd\n",
                "its access is none of the protocol's",
            ),
            ("limit=1\nstorage=file\naccess=direct\n", "it has no folder"),
            (
                "limit=1\nstorage=redis\naccess=direct\n",
                "it has no connection",
            ),
            (
                "limit=1\nstorage=redis\naccess=direct\nconnection=reused\n",
                "it has no url",
            ),
            (
                "limit=1\nstorage=s3\naccess=direct\nconnection=reused\nurl=u\n",
                "it has no region",
            ),
            ("limit=1\nstorage=inline", "a line is not name=value"),
            ("limit=1\nnothing\n", "a line is not name=value"),
        ] {
            assert_eq!(why(body), format!("{start}{reason}"));
        }
        assert!(Configuration::parse(b"limit=\xff\n").is_err());
    }
}
