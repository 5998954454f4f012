module pintle

go 1.26
