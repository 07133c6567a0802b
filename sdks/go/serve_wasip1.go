package lumos

import "os"

// serve knows the standard streams only: WASI 0.1 has no sockets to listen on.
func serve(handle Handler) error { return Run(os.Stdin, os.Stdout, handle) }
