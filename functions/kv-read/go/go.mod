module kv-read

go 1.21

require lumos-function v0.0.0

require github.com/gomodule/redigo v1.9.3 // indirect

replace lumos-function => ../../../sdks/go
