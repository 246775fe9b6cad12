interface Subject {
  /** A UUID, so that nothing needs quoting. */
  readonly id: string;
  /** The base URL of Filemill. */
  readonly url: string;
}

/** Shows the result of a file by a client; test/clients runs each of them. The clients take their token from FILEMILL_TOKEN. */
export const fileSnippets = {
  TypeScript: ({ id, url }) => `import { Filemill } from '@filemill/client';

const filemill = new Filemill({ url: '${url}' });
const { output } = await filemill.result('${id}');
console.log(output);`,

  Python: ({ id, url }) => `from filemill import Filemill

with Filemill("${url}") as filemill:
    print(filemill.result("${id}").output)`,

  Go: ({ id, url }) => `package main

import (
	"context"
	"fmt"
	"log"

	filemill "filemill.example/client"
)

func main() {
	client, err := filemill.New(filemill.Options{URL: "${url}"})
	if err != nil {
		log.Fatal(err)
	}
	result, err := client.Result(context.Background(), "${id}")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Output.MIMEType, result.Output.SHA256)
}`,
} satisfies Readonly<Record<string, (subject: Subject) => string>>;
