// Puts small files by HTTP, one request each, and prints the milliseconds that all took:
//
//	http-puts URL FILES BYTES CONCURRENCY
//
// It is in Go, as a client in JavaScript would take as much of the processor as the server.
package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	if len(os.Args) != 5 {
		log.Fatal("usage: http-puts URL FILES BYTES CONCURRENCY")
	}
	base, files, size, concurrency := os.Args[1], number(os.Args[2]), number(os.Args[3]), number(os.Args[4])
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: concurrency, DisableCompression: true}}
	var next atomic.Int64
	var workers sync.WaitGroup
	began := time.Now()
	for range concurrency {
		workers.Go(func() {
			content := make([]byte, size)
			if _, err := rand.Read(content); err != nil {
				log.Fatal(err)
			}
			for n := next.Add(1); n <= int64(files); n = next.Add(1) {
				copy(content, strconv.FormatInt(n, 36))
				put(client, fmt.Sprintf("%s/%d-%d", base, began.UnixNano(), n), content)
			}
		})
	}
	workers.Wait()
	fmt.Println(time.Since(began).Milliseconds())
}

func put(client *http.Client, url string, content []byte) {
	request, err := http.NewRequest(http.MethodPut, url, bytes.NewReader(content))
	if err != nil {
		log.Fatal(err)
	}
	answer, err := client.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		log.Fatal(err)
	}
	if answer.StatusCode/100 != 2 {
		log.Fatalf("%s was answered with %s", url, answer.Status)
	}
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	if err != nil {
		log.Fatal(err)
	}
	return value
}
