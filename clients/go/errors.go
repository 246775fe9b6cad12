package filemill

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// What goes wrong on this side of the connection.
const (
	CodeUnreachable       ErrorCode = "UNREACHABLE"
	CodeTimedOut          ErrorCode = "TIMED_OUT"
	CodeUnexpectedAnswer  ErrorCode = "UNEXPECTED_ANSWER"
	CodeContentUnreadable ErrorCode = "CONTENT_UNREADABLE"
)

// Error is what all calls fail with, but for contexts that are cancelled. Find it with errors.As.
type Error struct {
	// What to decide by; a newer server may have codes that this version does not know.
	Code ErrorCode
	// What happened.
	Message string
	// What to do about it, for people.
	Advice string
	// The HTTP status; 0 without an answer.
	Status int
	// Such as declared: 10, received: 12.
	Facts map[string]string
	// The id under which the logs of the server tell more.
	RequestID string
	// The wait that the server asked for; negative if it asked for none.
	RetryAfter time.Duration
	// How often the request was sent.
	Tries int

	cause error
	// The context of the caller ended: there is no time for another try.
	isFinal bool
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s %s", e.Code, e.Message, e.Advice) }

// Unwrap returns what caused the error on this side of the connection, if anything did.
func (e *Error) Unwrap() error { return e.cause }

// CodeOf returns the code of an error of this package, and "" for others.
func CodeOf(err error) ErrorCode {
	var known *Error
	if errors.As(err, &known) {
		return known.Code
	}
	return ""
}

func failed(code ErrorCode, cause error, message, advice string) *Error {
	return &Error{Code: code, Message: message, Advice: advice, RetryAfter: -1, Tries: 1, cause: cause}
}

// errorOf reads the problem (RFC 9457) of an answer that is not a success.
func errorOf(response *http.Response, body []byte) *Error {
	failure := failed(
		CodeUnexpectedAnswer, nil,
		fmt.Sprintf("%s answered %d and not as Filemill does.", response.Request.URL.Redacted(), response.StatusCode),
		"Check the address of the server, and what is between it and you.",
	)
	failure.Status = response.StatusCode
	failure.RequestID = response.Header.Get("X-Request-Id")
	failure.RetryAfter = retryAfter(response.Header.Get("Retry-After"))
	if !strings.HasPrefix(response.Header.Get("Content-Type"), "application/problem+json") {
		return failure
	}
	var problem struct {
		Reason         ErrorCode
		Detail, Action string
		Facts          map[string]string
	}
	if json.Unmarshal(body, &problem) == nil && problem.Reason != "" {
		failure.Code, failure.Message, failure.Advice = problem.Reason, problem.Detail, problem.Action
		failure.Facts = problem.Facts
	}
	return failure
}

// retryAfter reads seconds, or a date (RFC 9110, section 10.2.3).
func retryAfter(header string) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(0, time.Until(at))
	}
	return -1
}

// broken is the error of a request without an answer.
func broken(ctx context.Context, base string, patience time.Duration, cause error) error {
	if err := ctx.Err(); err != nil {
		return ended(err)
	}
	if errors.Is(cause, context.DeadlineExceeded) {
		return failed(
			CodeTimedOut, cause,
			fmt.Sprintf("%s did not answer within %s.", base, patience.Round(time.Millisecond)),
			"Check that the server is running; give slow links a larger Timeout.",
		)
	}
	return failed(
		CodeUnreachable, cause,
		fmt.Sprintf("%s cannot be reached: %v.", base, cause),
		"Check the address, and that the server is running.",
	)
}

// ended is the error of a call whose context ended.
func ended(err error) error {
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	failure := failed(CodeTimedOut, err, "The deadline of the context passed.", "Give the call more time.")
	failure.isFinal = true
	return failure
}
