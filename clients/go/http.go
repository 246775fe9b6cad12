package filemill

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"time"
)

const (
	firstPause   = 250 * time.Millisecond
	longestPause = 10 * time.Second
	// A server that asks for a longer wait is not waited for.
	longestHeard = 2 * time.Minute
	// A link with fewer bytes in a second is taken for broken.
	leastRate = 16 * 1024
)

type request struct {
	method, path string
	query        url.Values
	header       map[string]string
	body         []byte
}

type answer struct {
	header http.Header
	body   []byte
}

// send sends a request until it succeeds or is refused in a way that would come again.
func (c *Client) send(ctx context.Context, r request) (answer, error) {
	for failures := 1; ; failures++ {
		got, err := c.once(ctx, r)
		var failure *Error
		if !errors.As(err, &failure) {
			return got, err
		}
		failure.Tries = failures
		if failures > c.retries || !isWorthRetrying(failure) {
			return got, err
		}
		if err := pause(ctx, pauseAfter(failures, failure)); err != nil {
			return got, err
		}
	}
}

func (c *Client) json(ctx context.Context, r request, into any) error {
	got, err := c.send(ctx, r)
	if err != nil {
		return err
	}
	return json.Unmarshal(got.body, into)
}

func (c *Client) once(ctx context.Context, r request) (answer, error) {
	patience := c.timeout + time.Duration(len(r.body))*time.Second/leastRate
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	outgoing, err := http.NewRequestWithContext(bounded, r.method, c.base+r.path, bytes.NewReader(r.body))
	if err != nil {
		return answer{}, failed(CodeUnreachable, err, err.Error(), "Check the address of the server.")
	}
	outgoing.URL.RawQuery = r.query.Encode()
	if token, err := c.token(ctx); err != nil {
		return answer{}, err
	} else if token != "" {
		outgoing.Header.Set("Authorization", "Bearer "+token)
	}
	for name, value := range r.header {
		outgoing.Header.Set(name, value)
	}
	response, err := c.http.Do(outgoing)
	if err != nil {
		return answer{}, broken(ctx, c.base, patience, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, broken(ctx, c.base, patience, err)
	}
	if response.StatusCode >= 300 {
		return answer{}, errorOf(response, body)
	}
	return answer{response.Header, body}, nil
}

// isWorthRetrying tells whether the same request may succeed later. A refusal by Filemill does so if it names a wait; of
// proxies and of what else may answer in its place, statuses tell.
func isWorthRetrying(failure *Error) bool {
	if failure.Status == 0 {
		return !failure.isFinal && (failure.Code == CodeUnreachable || failure.Code == CodeTimedOut)
	}
	if failure.RetryAfter >= 0 {
		return failure.RetryAfter <= longestHeard
	}
	passing := []int{408, 429, 500, 502, 503, 504}
	return failure.Code == CodeUnexpectedAnswer && slices.Contains(passing, failure.Status)
}

// isLimitOfProxy tells whether a proxy refuses bodies of this size, while Filemill takes the same bytes in smaller pieces.
func isLimitOfProxy(err error) bool {
	var failure *Error
	return errors.As(err, &failure) && failure.Status == http.StatusRequestEntityTooLarge && failure.Code == CodeUnexpectedAnswer
}

// pauseAfter grows exponentially, and is random within its upper half, so that clients that failed together do not return
// together.
func pauseAfter(failures int, failure *Error) time.Duration {
	longest := min(firstPause<<min(failures-1, 10), longestPause)
	return max(failure.RetryAfter, longest/2+rand.N(longest/2))
}

func pause(ctx context.Context, rest time.Duration) error {
	timer := time.NewTimer(rest)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ended(ctx.Err())
	}
}
