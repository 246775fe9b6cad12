// Package filemill is a client of Filemill: uploads that resume, results as iterators.
package filemill

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// Options say where the server is and how it is reached. The zero value takes FILEMILL_URL, FILEMILL_TOKEN and
// FILEMILL_TLS_CA from the environment.
type Options struct {
	// Where Filemill answers, such as https://files.example or, behind a proxy, https://example/filemill;
	// http://127.0.0.1:8080 unless set.
	URL string
	// A token or a JWT.
	Token string
	// In place of Token: fetches one before each request.
	TokenSource func(context.Context) (string, error)
	// The path of the CA certificates to trust in place of the system's.
	CAFile string
	// The paths of a certificate and its key, for a server that demands them of its clients.
	CertFile, KeyFile string
	// How long an answer may take, 60 s unless set; requests with a body have more, by its size.
	Timeout time.Duration
	// How often a request is sent again while the server is away or busy, 7 times unless set, for about 30 s; negative for
	// never.
	Retries int
	// In place of a client of its own, for proxies and the like. CAFile, CertFile and KeyFile are not applied to it.
	HTTPClient *http.Client
}

// Client is a Filemill server. It may be used by several goroutines at once.
type Client struct {
	base    string
	token   func(context.Context) (string, error)
	timeout time.Duration
	retries int
	http    *http.Client
}

// New fails if a certificate cannot be read.
func New(options Options) (*Client, error) {
	base := cmp.Or(options.URL, os.Getenv("FILEMILL_URL"), "http://127.0.0.1:8080")
	token := cmp.Or(options.Token, os.Getenv("FILEMILL_TOKEN"))
	source := options.TokenSource
	if source == nil {
		source = func(context.Context) (string, error) { return token, nil }
	}
	client := options.HTTPClient
	if client == nil {
		made, err := httpClient(cmp.Or(options.CAFile, os.Getenv("FILEMILL_TLS_CA")), options.CertFile, options.KeyFile)
		if err != nil {
			return nil, err
		}
		client = made
	}
	return &Client{
		base:    strings.TrimRight(base, "/"),
		token:   source,
		timeout: cmp.Or(options.Timeout, time.Minute),
		retries: max(0, cmp.Or(options.Retries, 7)),
		http:    client,
	}, nil
}

func httpClient(caFile, certFile, keyFile string) (*http.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if caFile != "" {
		pem, err := os.ReadFile(caFile)
		if err != nil {
			return nil, err
		}
		transport.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate", caFile)
		}
	}
	if certFile != "" {
		pair, err := tls.LoadX509KeyPair(certFile, keyFile)
		if err != nil {
			return nil, err
		}
		transport.TLSClientConfig.Certificates = []tls.Certificate{pair}
	}
	return &http.Client{Transport: transport}, nil
}

// Get returns a file as it is now.
func (c *Client) Get(ctx context.Context, id string) (file File, err error) {
	err = c.json(ctx, request{method: "GET", path: pathOf(id)}, &file)
	return file, err
}

// Wait returns the file once it is COMPLETED or FAILED. The context bounds how long.
func (c *Client) Wait(ctx context.Context, id string) (File, error) {
	const longestRest = 2 * time.Second
	for rest := 100 * time.Millisecond; ; rest = min(rest*3/2, longestRest) {
		file, err := c.Get(ctx, id)
		if err != nil || file.Status == FileStatusCompleted || file.Status == FileStatusFailed {
			return file, err
		}
		if err := pause(ctx, rest); err != nil {
			return file, err
		}
	}
}

// Result returns what the analysis found; CodeResultNotFound unless the file is COMPLETED.
func (c *Client) Result(ctx context.Context, id string) (result Result, err error) {
	err = c.json(ctx, request{method: "GET", path: pathOf(id) + "/result"}, &result)
	return result, err
}

// Files iterates over files, newest first; pages are fetched as they are needed. An error is the last that comes.
func (c *Client) Files(ctx context.Context, filter FilesFilter) iter.Seq2[File, error] {
	return each(ctx, c, "/api/v1/files", filter.query(), func(page FilesPage) ([]File, string) {
		return page.Files, page.NextPageToken
	})
}

// Results iterates over results, newest files first; pages are fetched as they are needed. An error is the last that comes.
func (c *Client) Results(ctx context.Context, filter ResultsFilter) iter.Seq2[Result, error] {
	return each(ctx, c, "/api/v1/results", filter.query(), func(page ResultsPage) ([]Result, string) {
		return page.Results, page.NextPageToken
	})
}

func each[Page, Item any](
	ctx context.Context, c *Client, path string, query url.Values, open func(Page) ([]Item, string),
) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for token := ""; ; {
			if token != "" {
				query.Set("page_token", token)
			}
			var page Page
			var none Item
			if err := c.json(ctx, request{method: "GET", path: path, query: query}, &page); err != nil {
				yield(none, err)
				return
			}
			items, next := open(page)
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if token = next; token == "" {
				return
			}
		}
	}
}

// Download writes the bytes of a file, and returns how many. A download that breaks off goes on where it was.
func (c *Client) Download(ctx context.Context, id string, into io.Writer) (int64, error) {
	file, err := c.Get(ctx, id)
	if err != nil {
		return 0, err
	}
	var offset int64
	for largest, failures := int64(pieceBytes), 0; ; {
		r := request{method: "GET", path: pathOf(id) + "/content"}
		// No range is valid in an empty file.
		if file.Size > 0 {
			r.header = map[string]string{"Range": fmt.Sprintf("bytes=%d-%d", offset, offset+largest-1)}
		}
		got, err := c.once(ctx, r)
		if err != nil {
			failures++
			var failure *Error
			if failures > c.retries || !errors.As(err, &failure) || !isWorthRetrying(failure) {
				return offset, err
			}
			if err := pause(ctx, pauseAfter(failures, failure)); err != nil {
				return offset, err
			}
			largest = max(leastPieceBytes, largest/2)
			continue
		}
		failures = 0
		written, err := into.Write(got.body)
		offset += int64(written)
		if err != nil || offset >= file.Size {
			return offset, err
		}
	}
}

// Retry gives a FAILED file another round of attempts; CodeNotFailed for others.
func (c *Client) Retry(ctx context.Context, id string) (file File, err error) {
	err = c.json(ctx, request{method: "POST", path: pathOf(id) + "/retry"}, &file)
	if isDone(err, CodeNotFailed) {
		return c.Get(ctx, id)
	}
	return file, err
}

// RetryAll gives FAILED files another round of attempts, at most 1,000, and tells what became of each.
func (c *Client) RetryAll(ctx context.Context, ids ...string) ([]RetriedItem, error) {
	var retried Retried
	err := c.post(ctx, "/api/v1/files:retry", ids, &retried)
	return retried.Items, err
}

// Delete deletes a file in any state, with its result; CodeFileNotFound if there is none.
func (c *Client) Delete(ctx context.Context, id string) error {
	_, err := c.send(ctx, request{method: "DELETE", path: pathOf(id)})
	if isDone(err, CodeFileNotFound) {
		return nil
	}
	return err
}

// DeleteAll deletes files in any state, at most 1,000, with their results, and tells what became of each.
func (c *Client) DeleteAll(ctx context.Context, ids ...string) ([]DeletedItem, error) {
	var deleted Deleted
	err := c.post(ctx, "/api/v1/files:delete", ids, &deleted)
	return deleted.Items, err
}

// isDone tells whether an earlier try did it, whose answer was lost.
func isDone(err error, code ErrorCode) bool {
	var failure *Error
	return errors.As(err, &failure) && failure.Code == code && failure.Tries > 1
}

func (c *Client) post(ctx context.Context, path string, ids []string, into any) error {
	body, err := json.Marshal(map[string][]string{"ids": ids})
	if err != nil {
		return err
	}
	header := map[string]string{"Content-Type": "application/json"}
	return c.json(ctx, request{method: "POST", path: path, header: header, body: body}, into)
}

func pathOf(id string) string { return "/api/v1/files/" + url.PathEscape(id) }
