// Package redis lets a function keep its objects in Redis: strings, each under its key. Import it for its effect. WASI 0.1
// has no sockets: there a function cannot connect to any service.
package redis
