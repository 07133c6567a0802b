//! A command of WASI: it has its standard streams and no server of its own.

use crate::serve::{serve_streams, Handle};

/// Serves invocations on the standard streams, and exits.
pub(crate) fn serve(handle: impl Handle) {
    serve_streams(handle)
}
