package lambda

// Gone says what to do about a runtime that AWS has ended and that had another
// form than those that are run here; "" for any other.
func Gone(runtime string) string {
	if runtime != "go1.x" {
		return ""
	}
	return "go1.x is gone on AWS since 2024: build the program as bootstrap (GOOS=linux go build -o " +
		"bootstrap) and use provided.al2023"
}
