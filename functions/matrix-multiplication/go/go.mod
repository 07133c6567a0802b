module matrix-multiplication

go 1.21

require lumos-function v0.0.0

replace lumos-function => ../../../sdks/go
