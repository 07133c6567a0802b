package lumos

// host is asked for the objects of one invocation on the standard streams.
type host struct {
	reader     *frameReader
	writer     *frameWriter
	roundTrips uint32
	// broken is why nothing more can be asked.
	broken error
}

func (host *host) Begin()             { host.roundTrips = 0 }
func (host *host) End()               {}
func (host *host) RoundTrips() uint32 { return host.roundTrips }

func (host *host) Get(key string, limit uint64) ([]byte, error) {
	var object []byte
	err := host.ask(func() error { return host.writer.frame(kindGet, []byte(key)) }, func(length int) error {
		object = make([]byte, length)
		return host.reader.fill(object)
	})
	if err == nil && uint64(len(object)) > limit {
		return nil, TooLarge
	}
	return object, err
}

func (host *host) Put(key string, object []byte) error {
	if 2+len(key)+len(object) > largestBody {
		return TooLarge
	}
	size := []byte{byte(len(key)), byte(len(key) >> 8)}
	return host.ask(
		func() error { return host.writer.frame(kindPut, size, []byte(key), object) },
		func(length int) error {
			if length > 0 {
				return badResult("an object follows a put")
			}
			return nil
		},
	)
}

// ask sends a request and has take the object of the given length that its result brings. After a broken stream the function
// may go on; its answer will not be written.
func (host *host) ask(send func() error, take func(length int) error) error {
	if host.broken != nil {
		return Unreachable
	}
	failure, err := host.exchange(send, take)
	if err != nil {
		host.broken = err
		return Unreachable
	}
	if failure != 0 {
		return failure
	}
	return nil
}

func (host *host) exchange(send func() error, take func(length int) error) (Failure, error) {
	if err := send(); err != nil {
		return 0, err
	}
	kind, length, err := host.reader.header()
	if err != nil {
		return 0, withinInvocation(err)
	}
	switch {
	case kind == kindInvoke || kind == kindConfigure:
		return 0, outOfOrder(kind)
	case kind != kindResult:
		return 0, unknownKind(kind)
	case length == 0:
		return 0, badResult("it has no status")
	}
	var status [1]byte
	if err := host.reader.fill(status[:]); err != nil {
		return 0, err
	}
	host.roundTrips++
	switch failure := Failure(status[0]); {
	case failure == 0:
		return 0, take(length - 1)
	case failure > Failed:
		return 0, badResult("its status is none of the protocol's")
	case length > 1:
		return 0, badResult("an object follows a failure")
	default:
		return failure, nil
	}
}
