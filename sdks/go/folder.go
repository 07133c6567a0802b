package lumos

import (
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
)

// folder holds a file for each object, named by its key. Keys hold no separator and do not begin with a dot, so that no key
// leads out of it.
type folder struct {
	withoutConnection
	path string
}

func (folder folder) Get(key string, limit uint64) ([]byte, error) {
	file, err := os.Open(filepath.Join(folder.path, key))
	if err != nil {
		return nil, folder.reason(err, Missing)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, Failed
	}
	if uint64(info.Size()) > limit {
		return nil, TooLarge
	}
	return readWhole(file, info.Size(), limit)
}

// readWhole reads a file of a size that may change meanwhile. Whoever makes it grow gets no more than the limit into it.
func readWhole(file io.Reader, size int64, limit uint64) ([]byte, error) {
	object := make([]byte, size)
	count, err := io.ReadFull(file, object)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return object[:count], nil
	}
	if err != nil {
		return nil, Failed
	}
	room := min(limit, math.MaxInt64-1) - uint64(size) + 1
	more, err := io.ReadAll(io.LimitReader(file, int64(room)))
	if err != nil {
		return nil, Failed
	}
	if uint64(size)+uint64(len(more)) > limit {
		return nil, TooLarge
	}
	return append(object, more...), nil
}

func (folder folder) Put(key string, object []byte) error {
	if err := os.WriteFile(filepath.Join(folder.path, key), object, 0o666); err != nil {
		return folder.reason(err, Unreachable)
	}
	return nil
}

// reason is what err means: notFound, if there is no file of this name in a folder that is there.
func (folder folder) reason(err error, notFound Failure) Failure {
	if errors.Is(err, fs.ErrPermission) {
		return Denied
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return Failed
	}
	if info, err := os.Stat(folder.path); err != nil || !info.IsDir() {
		return Unreachable
	}
	return notFound
}
