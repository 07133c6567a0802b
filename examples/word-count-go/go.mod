module word-count-go

go 1.21
