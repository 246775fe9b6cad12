package filemill_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	filemill "filemill.example/client"
)

// npm run test:clients starts a system, and says by variables where.
var (
	cuttingURL = os.Getenv("FILEMILL_TEST_CUTTING_URL")
	tlsURL     = os.Getenv("FILEMILL_TEST_TLS_URL")
	caFile     = os.Getenv("FILEMILL_TEST_CA")
	big        = randomBytes(5<<20 + 1)
	text       = []byte("three small words")
)

const inPieces = 1 << 20

func randomBytes(size int) []byte {
	made := make([]byte, size)
	_, _ = rand.Read(made)
	return made
}

func sha256Of(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func newClient(t *testing.T, options filemill.Options) *filemill.Client {
	t.Helper()
	client, err := filemill.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// must returns what a call returned without an error.
func must[T any](t *testing.T) func(T, error) T {
	return func(got T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
}

func mustFail(t *testing.T, err error, code filemill.ErrorCode) {
	t.Helper()
	var failure *filemill.Error
	if !errors.As(err, &failure) || failure.Code != code || failure.Message == "" || failure.Advice == "" {
		t.Fatalf("%v instead of %s", err, code)
	}
}

func equal[T comparable](t *testing.T, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%v instead of %v", got, want)
	}
}

// stream hides that a reader can seek.
func stream(content []byte) io.Reader { return io.MultiReader(bytes.NewReader(content)) }

func TestUploadOfEveryKind(t *testing.T) {
	ctx, client := context.Background(), newClient(t, filemill.Options{})
	for _, content := range [][]byte{text, {}} {
		for kind, reader := range map[string]io.Reader{"reader": bytes.NewReader(content), "stream": stream(content)} {
			t.Run(fmt.Sprintf("%s of %d bytes", kind, len(content)), func(t *testing.T) {
				upload := filemill.Upload{Name: "a.txt", Path: "notes/a.txt"}
				uploaded := must[filemill.Uploaded](t)(client.Upload(ctx, reader, upload))
				file := must[filemill.File](t)(client.Wait(ctx, uploaded.ID))
				equal(t, file.Status, filemill.FileStatusCompleted)
				equal(t, file.Filename+" "+file.Path, "a.txt notes/a.txt")
				equal(t, file.Size, uploaded.Size)
				equal(t, *file.SHA256, sha256Of(content))
			})
		}
	}
}

func TestNameOfThePath(t *testing.T) {
	ctx, client := context.Background(), newClient(t, filemill.Options{})
	path := filepath.Join(t.TempDir(), "שלום & 100 %.txt")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	uploaded := must[filemill.Uploaded](t)(client.UploadFile(ctx, path, filemill.Upload{}))
	equal(t, must[filemill.File](t)(client.Get(ctx, uploaded.ID)).Filename, "שלום & 100 %.txt")
}

func TestUploadGoesOnAfterTheConnectionBroke(t *testing.T) {
	ctx, client := context.Background(), newClient(t, filemill.Options{})
	cut := newClient(t, filemill.Options{URL: cuttingURL})
	for kind, reader := range map[string]io.Reader{"reader": bytes.NewReader(big), "stream": stream(big)} {
		t.Run(kind, func(t *testing.T) {
			name := fmt.Sprintf("%x.bin", randomBytes(16))
			var told []int64
			tell := func(size int64) { told = append(told, size) }
			upload := filemill.Upload{Name: name, PieceBytes: inPieces, OnProgress: tell}
			uploaded := must[filemill.Uploaded](t)(cut.Upload(ctx, reader, upload))
			equal(t, uploaded.Size, int64(len(big)))
			equal(t, slices.IsSorted(told), true)
			equal(t, *must[filemill.File](t)(client.Wait(ctx, uploaded.ID)).SHA256, sha256Of(big))
			count := 0
			for _, err := range client.Files(ctx, filemill.FilesFilter{Name: name}) {
				if err != nil {
					t.Fatal(err)
				}
				count++
			}
			equal(t, count, 1)
		})
	}
}

func TestSameKeyIsTheSameFile(t *testing.T) {
	ctx, client := context.Background(), newClient(t, filemill.Options{})
	for _, content := range [][]byte{text, big} {
		upload := filemill.Upload{Name: "once.bin", PieceBytes: inPieces, IdempotencyKey: fmt.Sprintf("%x", randomBytes(16))}
		first := must[filemill.Uploaded](t)(client.Upload(ctx, bytes.NewReader(content), upload))
		equal(t, must[filemill.Uploaded](t)(client.Upload(ctx, stream(content), upload)), first)
		upload.Name = "other.bin"
		_, err := client.Upload(ctx, bytes.NewReader(content), upload)
		mustFail(t, err, filemill.CodeIdempotencyKeyReused)
	}
	one := must[filemill.Uploaded](t)(client.Upload(ctx, stream(text), filemill.Upload{}))
	other := must[filemill.Uploaded](t)(client.Upload(ctx, stream(text), filemill.Upload{}))
	equal(t, one.ID != other.ID, true)
}

func TestRefusesWhatItCannotReadOrName(t *testing.T) {
	ctx, client := context.Background(), newClient(t, filemill.Options{})
	_, err := client.UploadFile(ctx, "/nonexistent/file", filemill.Upload{})
	mustFail(t, err, filemill.CodeContentUnreadable)
	equal(t, errors.Is(err, os.ErrNotExist), true)
	for _, name := range []string{"..", "a\nb", strings.Repeat("x", 256)} {
		_, err := client.Upload(ctx, stream(text), filemill.Upload{Name: name})
		mustFail(t, err, filemill.CodeNameInvalid)
	}
}

func TestResult(t *testing.T) {
	ctx, client := context.Background(), newClient(t, filemill.Options{})
	uploaded := must[filemill.Uploaded](t)(client.Upload(ctx, strings.NewReader("one two three\n"), filemill.Upload{Name: "words.txt"}))
	must[filemill.File](t)(client.Wait(ctx, uploaded.ID))
	output := must[filemill.Result](t)(client.Result(ctx, uploaded.ID)).Output
	equal(t, output.MIMEType, "text/plain")
	equal(t, *output.WordCount, 3)
}

func TestDownload(t *testing.T) {
	ctx, client := context.Background(), newClient(t, filemill.Options{})
	for _, content := range [][]byte{append(slices.Clone(big), big...), {}} {
		uploaded := must[filemill.Uploaded](t)(client.Upload(ctx, stream(content), filemill.Upload{Name: "down.bin"}))
		for _, url := range []string{"", cuttingURL} {
			var got bytes.Buffer
			size := must[int64](t)(newClient(t, filemill.Options{URL: url}).Download(ctx, uploaded.ID, &got))
			equal(t, size, int64(len(content)))
			equal(t, bytes.Equal(got.Bytes(), content), true)
		}
	}
}

func TestDelete(t *testing.T) {
	ctx, client := context.Background(), newClient(t, filemill.Options{})
	uploaded := must[filemill.Uploaded](t)(client.Upload(ctx, stream(text), filemill.Upload{}))
	if err := client.Delete(ctx, uploaded.ID); err != nil {
		t.Fatal(err)
	}
	_, err := client.Get(ctx, uploaded.ID)
	mustFail(t, err, filemill.CodeFileNotFound)
	mustFail(t, client.Delete(ctx, uploaded.ID), filemill.CodeFileNotFound)
	deleted := must[[]filemill.DeletedItem](t)(client.DeleteAll(ctx, uploaded.ID))
	equal(t, deleted[0].Outcome, filemill.DeletedItemOutcomeNotFound)
}

func TestRetry(t *testing.T) {
	ctx, client := context.Background(), newClient(t, filemill.Options{})
	uploaded := must[filemill.Uploaded](t)(client.Upload(ctx, stream(text), filemill.Upload{}))
	must[filemill.File](t)(client.Wait(ctx, uploaded.ID))
	_, err := client.Retry(ctx, uploaded.ID)
	mustFail(t, err, filemill.CodeNotFailed)
	retried := must[[]filemill.RetriedItem](t)(client.RetryAll(ctx, uploaded.ID))
	equal(t, retried[0].Outcome, filemill.RetriedItemOutcomeNotFailed)
}

func TestWaitIsBoundedByTheContext(t *testing.T) {
	ctx, client := context.Background(), newClient(t, filemill.Options{})
	uploaded := must[filemill.Uploaded](t)(client.Upload(ctx, bytes.NewReader(big), filemill.Upload{}))
	short, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	_, err := client.Wait(short, uploaded.ID)
	mustFail(t, err, filemill.CodeTimedOut)
	equal(t, errors.Is(err, context.DeadlineExceeded), true)
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = client.Wait(cancelled, uploaded.ID)
	equal(t, errors.Is(err, context.Canceled), true)
}

func TestListingsGoOverPages(t *testing.T) {
	ctx, client := context.Background(), newClient(t, filemill.Options{})
	name := fmt.Sprintf("page-%x", randomBytes(8))
	missing := map[string]bool{}
	for n := range 5 {
		upload := filemill.Upload{Name: fmt.Sprintf("%s-%d.txt", name, n)}
		missing[must[filemill.Uploaded](t)(client.Upload(ctx, strings.NewReader(fmt.Sprint(n)), upload)).ID] = true
	}
	count := 0
	for file, err := range client.Files(ctx, filemill.FilesFilter{Name: name, PageSize: 2}) {
		if err != nil || !missing[file.ID] {
			t.Fatal(file.ID, err)
		}
		must[filemill.File](t)(client.Wait(ctx, file.ID))
		count++
	}
	equal(t, count, 5)
	for result, err := range client.Results(ctx, filemill.ResultsFilter{MIMEType: "text/plain", PageSize: 2}) {
		if err != nil {
			t.Fatal(err)
		}
		if delete(missing, result.FileID); len(missing) == 0 {
			break
		}
	}
	equal(t, len(missing), 0)
	for _, err := range client.Files(ctx, filemill.FilesFilter{Status: []string{"SLEEPING"}}) {
		mustFail(t, err, filemill.CodeRequestInvalid)
	}
}

func TestToken(t *testing.T) {
	ctx := context.Background()
	_, err := newClient(t, filemill.Options{Token: "wrong"}).Get(ctx, "x")
	mustFail(t, err, filemill.CodeUnauthenticated)
	fetch := func(context.Context) (string, error) { return os.Getenv("FILEMILL_TOKEN"), nil }
	must[filemill.Uploaded](t)(newClient(t, filemill.Options{TokenSource: fetch}).Upload(ctx, stream(text), filemill.Upload{}))
}

func TestTrust(t *testing.T) {
	ctx, client := context.Background(), newClient(t, filemill.Options{URL: tlsURL, CAFile: caFile})
	uploaded := must[filemill.Uploaded](t)(client.Upload(ctx, stream(big), filemill.Upload{Name: "by-tls.bin", PieceBytes: inPieces}))
	equal(t, *must[filemill.File](t)(client.Wait(ctx, uploaded.ID)).SHA256, sha256Of(big))
	_, err := newClient(t, filemill.Options{URL: tlsURL, Retries: -1}).Get(ctx, uploaded.ID)
	mustFail(t, err, filemill.CodeUnreachable)
}
