package main

import (
	"context"
	"fmt"
	"log"
	"os"

	filemill "filemill.example/client"
)

func main() {
	ctx := context.Background()
	client, err := filemill.New(filemill.Options{}) // {URL: "https://files.example", Token: "…"}, or FILEMILL_URL and FILEMILL_TOKEN
	check(err)
	for _, path := range os.Args[1:] {
		uploaded, err := client.UploadFile(ctx, path, filemill.Upload{})
		check(err)
		_, err = client.Wait(ctx, uploaded.ID)
		check(err)
		result, err := client.Result(ctx, uploaded.ID)
		check(err)
		output := result.Output
		fmt.Println(path, output.MIMEType, *output.WordCount, output.SHA256)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
