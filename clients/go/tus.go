package filemill

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A proxy that refuses smaller bodies is not made for uploads.
const leastPieceBytes = 64 << 10

// uploadInPieces speaks tus 1.0 (https://tus.io/protocols/resumable-upload). A piece stays in memory until the server has
// acknowledged all of it, so that a stream, which cannot be read twice, resumes like a file.
func (c *Client) uploadInPieces(ctx context.Context, reader *pieceReader, first []byte, upload Upload) (Uploaded, error) {
	uploaded, err := newPieceUpload(c, reader, upload).run(ctx, first)
	// The server gave up what it had, as it does when room is short: content that can be read again begins anew.
	if CodeOf(err) != CodeUploadNotFound || !reader.rewind() {
		return uploaded, err
	}
	if first, err = reader.next(); err != nil {
		return Uploaded{}, err
	}
	return newPieceUpload(c, reader, upload).run(ctx, first)
}

type pieceUpload struct {
	client *Client
	reader *pieceReader
	upload Upload
	path   string
	// The number of bytes that the server has.
	offset      int64
	fileID      string
	largestBody int
}

func newPieceUpload(c *Client, reader *pieceReader, upload Upload) *pieceUpload {
	return &pieceUpload{client: c, reader: reader, upload: upload, largestBody: upload.PieceBytes}
}

func (u *pieceUpload) run(ctx context.Context, piece []byte) (Uploaded, error) {
	if err := u.begin(ctx); err != nil {
		return Uploaded{}, err
	}
	for read := int64(0); ; {
		read += int64(len(piece))
		isLast := read >= u.reader.size
		if u.reader.size < 0 {
			isLast = len(piece) < u.upload.PieceBytes
		}
		if len(piece) == 0 && !isLast {
			return Uploaded{}, unreadable(fmt.Errorf("it ended after %d of %d bytes", read, u.reader.size))
		}
		if err := u.sendPiece(ctx, piece, read, isLast); err != nil {
			return Uploaded{}, err
		}
		if u.fileID != "" {
			return Uploaded{u.fileID, read}, nil
		}
		next, err := u.reader.next()
		if err != nil {
			return Uploaded{}, err
		}
		piece = next
	}
}

// begin may be repeated: should its answer be lost, the upload that was begun expires, and another is begun.
func (u *pieceUpload) begin(ctx context.Context) error {
	metadata := []string{"filename " + base64.StdEncoding.EncodeToString([]byte(u.upload.Name))}
	for _, pair := range [][2]string{
		{"relativePath", u.upload.Path},
		{"filetype", u.upload.Type},
		{"batch", u.upload.Batch},
		{"priority", u.upload.Priority},
	} {
		if pair[1] != "" {
			metadata = append(metadata, pair[0]+" "+base64.StdEncoding.EncodeToString([]byte(pair[1])))
		}
	}
	header := map[string]string{
		"Tus-Resumable":   "1.0.0",
		"Idempotency-Key": u.upload.IdempotencyKey,
		"Upload-Metadata": strings.Join(metadata, ","),
	}
	if u.reader.size < 0 {
		header["Upload-Defer-Length"] = "1"
	} else {
		header["Upload-Length"] = strconv.FormatInt(u.reader.size, 10)
	}
	got, err := u.client.send(ctx, request{method: "POST", path: "/uploads", header: header})
	if err != nil {
		return err
	}
	// The last segment is the id; the path before it may be that behind a proxy.
	location := got.header.Get("Location")
	u.path = "/uploads/" + location[strings.LastIndex(location, "/")+1:]
	return nil
}

// sendPiece sends a piece that ends at an offset, and what of it the server does not have after a break.
func (u *pieceUpload) sendPiece(ctx context.Context, piece []byte, end int64, isLast bool) error {
	start := end - int64(len(piece))
	for failures := 0; u.offset < end || (isLast && u.fileID == ""); {
		rest := piece[u.offset-start:]
		err := u.append(ctx, rest[:min(len(rest), u.largestBody)], end, isLast)
		if err == nil {
			failures = 0
			continue
		}
		if isLimitOfProxy(err) && u.largestBody > leastPieceBytes {
			u.largestBody /= 2
			continue
		}
		failures++
		var failure *Error
		if failures > u.client.retries || !errors.As(err, &failure) || !isPassing(failure) {
			return err
		}
		if err := pause(ctx, pauseAfter(failures, failure)); err != nil {
			return err
		}
		if failure.Code == CodeUnreachable {
			u.largestBody = max(leastPieceBytes, u.largestBody/2)
		}
		if err := u.askOffset(ctx, start); err != nil {
			return err
		}
	}
	return nil
}

func (u *pieceUpload) append(ctx context.Context, body []byte, end int64, isLast bool) error {
	header := map[string]string{
		"Tus-Resumable":   "1.0.0",
		"Content-Type":    "application/offset+octet-stream",
		"Upload-Offset":   strconv.FormatInt(u.offset, 10),
		"Upload-Checksum": "sha256 " + sha256Of(body),
	}
	if isLast && u.reader.size < 0 {
		header["Upload-Length"] = strconv.FormatInt(end, 10)
	}
	got, err := u.client.once(ctx, request{method: "PATCH", path: u.path, header: header, body: body})
	if err != nil {
		return err
	}
	return u.take(got)
}

func (u *pieceUpload) askOffset(ctx context.Context, start int64) error {
	header := map[string]string{"Tus-Resumable": "1.0.0"}
	got, err := u.client.send(ctx, request{method: "HEAD", path: u.path, header: header})
	if err != nil {
		return err
	}
	if err := u.take(got); err != nil {
		return err
	}
	// What was acknowledged is gone from memory.
	if u.offset < start {
		return failed(CodeOffsetMismatch, nil, "The server lost bytes that it had acknowledged.", "Upload the file again.")
	}
	return nil
}

func (u *pieceUpload) take(got answer) error {
	offset, err := strconv.ParseInt(got.header.Get("Upload-Offset"), 10, 64)
	if err != nil {
		return failed(CodeUnexpectedAnswer, err, "The answer has no Upload-Offset.", "Check what is between the server and you.")
	}
	u.offset = offset
	u.fileID = got.header.Get("Filemill-File-Id")
	u.upload.OnProgress(offset)
	return nil
}

// isPassing tells whether the server may know better: an earlier request that broke off may have brought bytes.
func isPassing(failure *Error) bool {
	return isWorthRetrying(failure) || failure.Code == CodeOffsetMismatch || failure.Code == CodeAppendChecksumMismatch
}
