package lumos

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Service is one that the function connects to itself.
type Service struct {
	URL string
	// Region is of S3's signature.
	Region string
	// Prefix stands before every key.
	Prefix string
	// Reused is whether a connection is kept from one invocation to the next.
	Reused bool
}

// configuration is what a configure frame says. It holds credentials: neither printed nor part of an error.
type configuration struct {
	limit   uint64
	storage string
	// access is empty for inline.
	access  string
	folder  string
	service Service
}

// parseConfiguration reads the body of a configure frame; names that it does not know say nothing.
func parseConfiguration(body []byte) (configuration, error) {
	var parsed configuration
	lines, err := parseLines(body)
	if err != nil {
		return parsed, err
	}
	limit, err := lines.required("limit")
	if err != nil {
		return parsed, err
	}
	if parsed.limit, err = strconv.ParseUint(limit, 10, 64); err != nil {
		return parsed, badConfiguration("its limit is no number")
	}
	if parsed.storage, err = lines.oneOf("storage", "inline", "file", "redis", "s3"); err != nil {
		return parsed, err
	}
	if parsed.storage == "inline" {
		return parsed, nil
	}
	if parsed.access, err = lines.oneOf("access", "direct", "host"); err != nil || parsed.access == "host" {
		return parsed, err
	}
	if parsed.storage == "file" {
		parsed.folder, err = lines.required("folder")
		return parsed, err
	}
	parsed.service, err = lines.service(parsed.storage)
	return parsed, err
}

// configurationLines are the values by their names.
type configurationLines map[string]string

func parseLines(body []byte) (configurationLines, error) {
	if !utf8.Valid(body) {
		return nil, badConfiguration("it is not UTF-8")
	}
	lines := configurationLines{}
	for rest := string(body); rest != ""; {
		line, after, ended := strings.Cut(rest, "\n")
		name, value, found := strings.Cut(line, "=")
		if !ended || !found {
			return nil, badConfiguration("a line is not name=value")
		}
		if _, there := lines[name]; !there {
			lines[name] = value
		}
		rest = after
	}
	return lines, nil
}

func (lines configurationLines) required(name string) (string, error) {
	value, there := lines[name]
	if !there {
		return "", badConfiguration("it has no " + name)
	}
	return value, nil
}

func (lines configurationLines) oneOf(name string, known ...string) (string, error) {
	value, err := lines.required(name)
	if err != nil {
		return "", err
	}
	for _, one := range known {
		if value == one {
			return value, nil
		}
	}
	return "", badConfiguration("its " + name + " is none of the protocol's")
}

func (lines configurationLines) service(storage string) (service Service, err error) {
	if storage == "s3" {
		if service.Region, err = lines.required("region"); err != nil {
			return service, err
		}
	}
	connection, err := lines.oneOf("connection", "reused", "per-invocation")
	if err != nil {
		return service, err
	}
	service.Reused = connection == "reused"
	service.Prefix = lines["prefix"]
	service.URL, err = lines.required("url")
	return service, err
}
