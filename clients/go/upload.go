package filemill

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

const pieceBytes = 8 << 20

// Upload says what is uploaded. All of it may be left out.
type Upload struct {
	// Of a file, its own unless set; "unnamed" otherwise.
	Name string
	// The path relative to an uploaded folder, such as 2026/report.pdf.
	Path string
	// The type that you declare; the analysis detects its own.
	Type string
	// The batch that the file belongs to.
	Batch string
	// interactive, normal or bulk: free workers take interactive files first, and bulk ones last. That of the batch, or normal, unless set.
	Priority string
	// Uploads with the same key are one file, whoever repeats them, and when. Each call has a random one unless set, so
	// that what the client sends again never makes a second file.
	IdempotencyKey string
	// Content of this size and more is sent in pieces of it, each of which the server acknowledges: what a broken
	// connection costs at most, and what is kept in memory. 8 MiB unless set.
	PieceBytes int
	// Called with the number of bytes that the server has.
	OnProgress func(bytes int64)
}

// Uploaded is a file that the server keeps.
type Uploaded struct {
	ID string `json:"id"`

	// Bytes.
	Size int64 `json:"size"`
}

// UploadFile uploads a file of this machine: when it returns, the server keeps it.
func (c *Client) UploadFile(ctx context.Context, path string, upload Upload) (Uploaded, error) {
	file, err := os.Open(path)
	if err != nil {
		return Uploaded{}, unreadable(err)
	}
	defer file.Close()
	if upload.Name == "" {
		upload.Name = filepath.Base(path)
	}
	return c.Upload(ctx, file, upload)
}

// Upload uploads what the reader holds: when it returns, the server keeps it. Content of PieceBytes and more continues after
// a broken connection, whether the reader can seek or not.
func (c *Client) Upload(ctx context.Context, content io.Reader, upload Upload) (Uploaded, error) {
	if upload.Name == "" {
		upload.Name = "unnamed"
	}
	if upload.Name == "." || upload.Name == ".." {
		return Uploaded{}, failed(CodeNameInvalid, nil, fmt.Sprintf("%q is no name of a file.", upload.Name), "Give the file another name.")
	}
	if upload.IdempotencyKey == "" {
		upload.IdempotencyKey = randomKey()
	}
	if upload.PieceBytes <= 0 {
		upload.PieceBytes = pieceBytes
	}
	if upload.OnProgress == nil {
		upload.OnProgress = func(int64) {}
	}
	reader, err := newPieceReader(content, upload.PieceBytes)
	if err != nil {
		return Uploaded{}, unreadable(err)
	}
	first, err := reader.next()
	if err != nil {
		return Uploaded{}, err
	}
	if len(first) < upload.PieceBytes {
		uploaded, err := c.uploadAtOnce(ctx, first, upload)
		if !isLimitOfProxy(err) {
			return uploaded, err
		}
	}
	return c.uploadInPieces(ctx, reader, first, upload)
}

func (c *Client) uploadAtOnce(ctx context.Context, body []byte, upload Upload) (uploaded Uploaded, err error) {
	query := url.Values{}
	for name, value := range map[string]string{"path": upload.Path, "batch": upload.Batch, "priority": upload.Priority} {
		if value != "" {
			query.Set(name, value)
		}
	}
	contentType := upload.Type
	if contentType == "" {
		contentType = "application/octet-stream"
	}
	err = c.json(ctx, request{
		method: "PUT",
		path:   "/files/" + url.PathEscape(upload.Name),
		query:  query,
		header: map[string]string{
			"Content-Type":    contentType,
			"Idempotency-Key": upload.IdempotencyKey,
			"Repr-Digest":     "sha-256=:" + sha256Of(body) + ":",
		},
		body: body,
	}, &uploaded)
	if err == nil {
		upload.OnProgress(uploaded.Size)
	}
	return uploaded, err
}

// pieceReader reads content piece by piece.
type pieceReader struct {
	content io.Reader
	// Nil for a stream.
	seeker io.Seeker
	// Bytes; -1 for a stream.
	size       int64
	pieceBytes int
}

func newPieceReader(content io.Reader, pieceBytes int) (*pieceReader, error) {
	reader := &pieceReader{content: content, size: -1, pieceBytes: pieceBytes}
	seeker, ok := content.(io.Seeker)
	if !ok {
		return reader, nil
	}
	end, err := seeker.Seek(0, io.SeekEnd)
	if err != nil {
		// Pipes and the like have the method, and cannot seek.
		return reader, nil
	}
	if _, err := seeker.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	reader.size = end
	reader.seeker = seeker
	reader.content = io.LimitReader(content, end)
	return reader, nil
}

// rewind begins the content anew, and tells whether that is possible.
func (r *pieceReader) rewind() bool {
	limited, ok := r.content.(*io.LimitedReader)
	if r.seeker == nil || !ok {
		return false
	}
	limited.N = r.size
	_, err := r.seeker.Seek(0, io.SeekStart)
	return err == nil
}

// next returns a whole piece, or less at the end.
func (r *pieceReader) next() ([]byte, error) {
	piece, err := io.ReadAll(io.LimitReader(r.content, int64(r.pieceBytes)))
	if err != nil {
		return nil, unreadable(err)
	}
	return piece, nil
}

func unreadable(cause error) error {
	return failed(
		CodeContentUnreadable, cause,
		fmt.Sprintf("The content cannot be read: %v.", cause),
		"Check that it exists, and that you may read it.",
	)
}

func sha256Of(content []byte) string {
	sum := sha256.Sum256(content)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// randomKey returns 128 random bits; the time is for people that look for them in a log.
func randomKey() string {
	var random [16]byte
	if _, err := rand.Read(random[:]); err != nil {
		panic(err)
	}
	return fmt.Sprintf("%s-%x", time.Now().UTC().Format("20060102T150405"), random)
}
