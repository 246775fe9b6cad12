package filemill_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	filemill "filemill.example/client"
)

// server gives one answer after the other, and the last one again and again.
type server struct {
	*httptest.Server
	heard []*http.Request
}

func serverOf(t *testing.T, answers ...http.HandlerFunc) *server {
	made := &server{}
	made.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		made.heard = append(made.heard, r)
		answers[min(len(made.heard), len(answers))-1](w, r)
	}))
	t.Cleanup(made.Close)
	return made
}

func (s *server) client(t *testing.T, options filemill.Options) *filemill.Client {
	options.URL = s.URL
	return newClient(t, options)
}

func cut(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func ok(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"id": "x", "size": 4}`) }

func problem(status int, reason string, retryAfter ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.Header().Set("X-Request-Id", "r1")
		for _, seconds := range retryAfter {
			w.Header().Set("Retry-After", seconds)
		}
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"reason": %q, "detail": "Said the server.", "action": "Do that.", "facts": {"size": "1"}}`, reason)
	}
}

func plain(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "not Filemill", status) }
}

func TestSentAgainWithTheSameKey(t *testing.T) {
	passing := map[string]http.HandlerFunc{
		"a connection that breaks": cut,
		"a server that is busy":    problem(429, "OVERLOADED", "0"),
		"a server that stops":      problem(503, "SHUTTING_DOWN", "0"),
		"a proxy without a server": plain(502),
	}
	for what, answer := range passing {
		t.Run(what, func(t *testing.T) {
			server := serverOf(t, answer, answer, ok)
			uploaded := must[filemill.Uploaded](t)(server.client(t, filemill.Options{}).Upload(context.Background(), strings.NewReader("four"), filemill.Upload{}))
			equal(t, uploaded.ID, "x")
			equal(t, len(server.heard), 3)
			key := server.heard[0].Header.Get("Idempotency-Key")
			equal(t, len(key) > 16, true)
			for _, request := range server.heard {
				equal(t, request.Header.Get("Idempotency-Key"), key)
			}
		})
	}
}

func TestNotSentAgain(t *testing.T) {
	lasting := map[filemill.ErrorCode]http.HandlerFunc{
		filemill.CodeNameInvalid:      problem(400, "NAME_INVALID"),
		filemill.CodeQuotaExceeded:    problem(429, "QUOTA_EXCEEDED"),
		filemill.CodeUnexpectedAnswer: plain(404),
	}
	for code, answer := range lasting {
		server := serverOf(t, answer)
		_, err := server.client(t, filemill.Options{}).Get(context.Background(), "x")
		mustFail(t, err, code)
		equal(t, len(server.heard), 1)
	}
}

func TestGivenUpAfterSoManyTries(t *testing.T) {
	server := serverOf(t, cut)
	_, err := server.client(t, filemill.Options{Retries: 2}).Get(context.Background(), "x")
	mustFail(t, err, filemill.CodeUnreachable)
	equal(t, len(server.heard), 3)
}

func TestNotWaitedForWithoutEnd(t *testing.T) {
	server := serverOf(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	_, err := server.client(t, filemill.Options{Retries: -1, Timeout: 50 * time.Millisecond}).Get(context.Background(), "x")
	mustFail(t, err, filemill.CodeTimedOut)
}

func TestSaysWhatTheServerSays(t *testing.T) {
	_, err := serverOf(t, problem(400, "NAME_INVALID")).client(t, filemill.Options{}).Get(context.Background(), "x")
	var failure *filemill.Error
	equal(t, errors.As(err, &failure), true)
	equal(t, failure.Message+failure.Advice, "Said the server.Do that.")
	equal(t, fmt.Sprintln(failure.Status, failure.RequestID, failure.Facts), "400 r1 map[size:1]\n")
}

func TestCarriesTheToken(t *testing.T) {
	server := serverOf(t, ok)
	must[filemill.File](t)(server.client(t, filemill.Options{Token: "secret"}).Get(context.Background(), "x"))
	equal(t, server.heard[0].Header.Get("Authorization"), "Bearer secret")
}

func TestWhatWasDoneAlthoughItsAnswerWasLost(t *testing.T) {
	deleting := serverOf(t, cut, problem(404, "FILE_NOT_FOUND"))
	if err := deleting.client(t, filemill.Options{}).Delete(context.Background(), "x"); err != nil {
		t.Fatal(err)
	}
	retrying := serverOf(t, cut, problem(409, "NOT_FAILED"), ok)
	equal(t, must[filemill.File](t)(retrying.client(t, filemill.Options{}).Retry(context.Background(), "x")).ID, "x")
	equal(t, len(retrying.heard), 3)
}
